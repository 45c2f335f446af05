/** Facts of a library of the app: its version, its SQL dialect, its EXPLAIN server. */

/**
 * SQL dialect of a library: its strings, names, comments and placeholders. `standard` is the common
 * subset, for unknown libraries.
 */
export type Dialect = 'pg' | 'mysql' | 'sqlite' | 'mssql' | 'standard';

/** What a kind that scooby does not know is called, and how its calls are judged. */
export interface KindFacts {
  kind: string;
  /** Of its tab; default: the kind itself. */
  title?: string;
  /** For one call, and for several; default: `search call`, `search calls`. */
  noun?: string;
  nouns?: string;
  /** ms from which a call is slow; missing where time alone makes none slow. */
  slow?: number;
  /** True where calls of one line in a loop are to be told, as they could be one. */
  loop?: boolean;
  /** True where calls of other kinds run inside of it, whose time it is. */
  wraps?: boolean;
  /** Name in Server-Timing; default: the kind itself. */
  timing?: string;
}

/** Facts that the instrument of a library declares; sent in the `library` line. */
export interface LibraryFacts {
  /** Dialect of its statements; missing without SQL, or when not declared. */
  dialect?: Dialect;
  /** Server type that can EXPLAIN on its connections. */
  explain?: Planner;
  /** True for an ORM or query builder: its statements run through a driver. */
  mapper?: boolean;
  /** Kinds of its calls that scooby does not know by itself. */
  kinds?: KindFacts[];
}

/** Server types with EXPLAIN support; MariaDB counts as `mysql`. */
export type Planner = 'postgres' | 'mysql' | 'sqlite';

/** A library of the app's process, as kept in a trace. */
export interface LibraryInfo extends LibraryFacts {
  /** Version of the package; missing where it has none. */
  version?: string;
}

/** Facts of a library of the app: its version, its SQL dialect, its EXPLAIN server. */

/**
 * SQL dialect of a library: its strings, names, comments and placeholders. `standard` is the common
 * subset, for unknown libraries.
 */
export type Dialect = 'pg' | 'mysql' | 'sqlite' | 'standard';

/** Facts that the instrument of a library declares; sent in the `library` line. */
export interface LibraryFacts {
  /** Dialect of its statements; missing without SQL, or when not declared. */
  dialect?: Dialect;
  /** Server type that can EXPLAIN on its connections. */
  explain?: Planner;
  /** True for an ORM or query builder: its statements run through a driver. */
  mapper?: boolean;
}

/** Server types with EXPLAIN support; MariaDB counts as `mysql`. */
export type Planner = 'postgres' | 'mysql';

/** A library of the app's process, as kept in a trace. */
export interface LibraryInfo extends LibraryFacts {
  /** Version of the package; missing where it has none. */
  version?: string;
}

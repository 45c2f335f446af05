/** What is known of a library of the app: its SQL dialect, its version. */

/** How a library writes SQL: its strings, names, comments and placeholders. `standard` is the neutral reading, of what most servers share. */
export type Dialect = 'pg' | 'mysql' | 'sqlite' | 'standard';

/** What the instrument of a library says of it; it travels in the `library` line. */
export interface LibraryFacts {
  /** The SQL that its statements are written in; missing where it runs none, or nothing told. */
  dialect?: Dialect;
  /** The servers that can be asked for plans on its connections. */
  explain?: Planner;
  /** True for an ORM or a query builder, which runs its statements through a driver. */
  mapper?: boolean;
}

/** Servers whose plans can be asked for and read: MariaDB's is `mysql`. */
export type Planner = 'postgres' | 'mysql';

/** A library of the app's process, as a trace keeps it. */
export interface LibraryInfo extends LibraryFacts {
  /** Of the package; missing where it has none. */
  version?: string;
}

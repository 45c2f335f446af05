/** SQLite as the store uses it, whichever module opens the file: that of better-sqlite3, in part. */

/** What SQLite stores. */
export type DatabaseValue = string | number | bigint | Uint8Array | null;

/** What a statement did. */
export interface RunResult {
  changes: number | bigint;
  lastInsertRowid: number | bigint;
}

/** A prepared statement; named values are one object. */
export interface Statement<Values extends unknown[] = unknown[], Row = unknown> {
  run(...values: Values): RunResult;
  get(...values: Values): Row | undefined;
  all(...values: Values): Row[];
  /** From now on a row is the value of its first column. */
  pluck(): Statement<Values, Row>;
  /** From now on a row is a list of values, where the module has that. */
  raw(): Statement<Values, Row>;
  /** From now on whole numbers are read exactly. */
  safeIntegers(): Statement<Values, Row>;
  /** Columns of its rows; empty where the module does not tell them. */
  columns(): { name: string }[];
}

/** An open database. */
export interface Database {
  readonly name: string;
  readonly open: boolean;
  exec(sql: string): unknown;
  // biome-ignore lint/complexity/noBannedTypes: only the same condition is assignable from better-sqlite3's.
  prepare<Values extends unknown[] | {} = unknown[], Row = unknown>(
    sql: string,
  ): Values extends unknown[] ? Statement<Values, Row> : Statement<[Values], Row>;
  pragma(source: string, options?: { simple?: boolean }): unknown;
  transaction<T>(work: () => T): { immediate(): T };
  function(
    name: string,
    options: { deterministic: boolean; directOnly: boolean },
    work: (...values: unknown[]) => unknown,
  ): unknown;
  close(): unknown;
}

/** How a database is opened. */
export interface DatabaseOptions {
  readonly?: boolean;
  /** Otherwise a missing file is created. */
  fileMustExist?: boolean;
  /** ms of waiting for another process's lock. */
  timeout?: number;
}

/** Opens a database; its errors have SQLite's names as codes, such as SQLITE_BUSY. */
export type OpenDatabase = (path: string, options: DatabaseOptions) => Database;

/** Values of a row, by the names of its columns. */
export type DatabaseRow = Record<string, DatabaseValue>;

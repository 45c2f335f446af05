/** node:sqlite behind the interface of better-sqlite3, for where that one's native part is missing. */

import { existsSync } from 'node:fs';
import type {
  Database,
  DatabaseOptions,
  DatabaseRow,
  DatabaseValue,
  OpenDatabase,
  RunResult,
  Statement,
} from './database.js';

/** The module, in part: the types of Node 20 do not have it. */
interface NodeSqlite {
  DatabaseSync: new (path: string, options: { readOnly: boolean }) => DatabaseSync;
}

interface DatabaseSync {
  exec(sql: string): void;
  prepare(sql: string): StatementSync;
  function(name: string, options: object, work: (...values: unknown[]) => unknown): void;
  close(): void;
}

interface StatementSync {
  run(...values: DatabaseValue[]): RunResult;
  get(...values: DatabaseValue[]): DatabaseRow | undefined;
  all(...values: DatabaseValue[]): DatabaseRow[];
  setReadBigInts(on: boolean): void;
  /** From Node 22.16 on, as the next. */
  setReturnArrays?(on: boolean): void;
  columns?(): { name: string }[];
}

/** SQLite's names of its primary result codes, as far as the store tells them apart. */
const CODES: Record<number, string> = {
  3: 'SQLITE_PERM',
  5: 'SQLITE_BUSY',
  6: 'SQLITE_LOCKED',
  8: 'SQLITE_READONLY',
  10: 'SQLITE_IOERR',
  11: 'SQLITE_CORRUPT',
  13: 'SQLITE_FULL',
  14: 'SQLITE_CANTOPEN',
  19: 'SQLITE_CONSTRAINT',
  23: 'SQLITE_AUTH',
  26: 'SQLITE_NOTADB',
};

// A statement does not keep its database alive, and a database that is collected ends its statements.
const pinned = new Set<object>();

/** Opener of databases by node:sqlite; undefined before Node 22.13, where it is missing or behind a flag. */
export function nodeSqliteOpener(): OpenDatabase | undefined {
  const module = loadNodeSqlite();
  return module && ((path, options) => new NodeSqliteDatabase(module, path, options));
}

/** Loads the module without its warning that it is experimental, which is of no use to the user. */
function loadNodeSqlite(): NodeSqlite | undefined {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return process.getBuiltinModule?.('node:sqlite') as NodeSqlite | undefined;
  } catch {
    return undefined;
  } finally {
    process.emitWarning = emitWarning;
  }
}

/** Runs `work`; its errors get the code that better-sqlite3 gives them. */
function coded<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    const { errcode } = error as { errcode?: number };
    const code = errcode === undefined ? undefined : CODES[errcode & 0xff];
    throw code === undefined ? error : Object.assign(error as Error, { code });
  }
}

class NodeSqliteDatabase implements Database {
  readonly name: string;
  open = true;
  readonly #db: DatabaseSync;
  readonly #pragmas = new Map<string, Statement>();

  constructor({ DatabaseSync }: NodeSqlite, path: string, options: DatabaseOptions) {
    const { readonly = false, fileMustExist = false, timeout = 5000 } = options;
    this.name = path;
    if (fileMustExist && !existsSync(path))
      throw Object.assign(new Error('unable to open database file'), { code: 'SQLITE_CANTOPEN' });
    this.#db = coded(() => new DatabaseSync(path, { readOnly: readonly }));
    pinned.add(this.#db);
    this.exec(`PRAGMA busy_timeout = ${timeout}`);
  }

  exec(sql: string): void {
    coded(() => this.#db.exec(sql));
  }

  prepare(sql: string): never {
    const statement = coded(() => this.#db.prepare(sql));
    pinned.add(statement);
    // Which rows a text reads is known to the caller only.
    return new NodeSqliteStatement(statement) as never;
  }

  pragma(source: string, { simple = false } = {}): unknown {
    // Some pragmas take effect when they are prepared: a cached statement would apply them once.
    if (!simple) return this.exec(`PRAGMA ${source}`);
    const statement = this.#pragmas.get(source) ?? (this.prepare(`PRAGMA ${source}`) as Statement).pluck();
    this.#pragmas.set(source, statement);
    return statement.get();
  }

  transaction<T>(work: () => T): { immediate(): T } {
    return {
      immediate: () => {
        this.exec('BEGIN IMMEDIATE');
        try {
          const result = work();
          this.exec('COMMIT');
          return result;
        } catch (error) {
          this.#rollBack();
          throw error;
        }
      },
    };
  }

  // SQLite undoes the transaction itself after some errors, such as a full disk.
  #rollBack(): void {
    try {
      this.#db.exec('ROLLBACK');
    } catch {
      // There was none any more.
    }
  }

  function(
    name: string,
    options: { deterministic: boolean; directOnly: boolean },
    work: (...values: unknown[]) => unknown,
  ): void {
    this.#db.function(name, options, work);
  }

  close(): void {
    if (!this.open) return;
    this.open = false;
    this.#db.close();
  }
}

class NodeSqliteStatement implements Statement<DatabaseValue[]> {
  readonly #statement: StatementSync;
  #isPlucked = false;

  constructor(statement: StatementSync) {
    this.#statement = statement;
  }

  run(...values: DatabaseValue[]): RunResult {
    return coded(() => this.#statement.run(...values));
  }

  get(...values: DatabaseValue[]): unknown {
    const row = coded(() => this.#statement.get(...values));
    return row && this.#read(row);
  }

  all(...values: DatabaseValue[]): unknown[] {
    const rows = coded(() => this.#statement.all(...values));
    return this.#isPlucked ? rows.map((row) => this.#read(row)) : rows;
  }

  pluck(): this {
    this.#isPlucked = true;
    return this;
  }

  raw(): this {
    this.#statement.setReturnArrays?.(true);
    return this;
  }

  safeIntegers(): this {
    this.#statement.setReadBigInts(true);
    return this;
  }

  columns(): { name: string }[] {
    return this.#statement.columns?.() ?? [];
  }

  #read(row: DatabaseRow): unknown {
    return this.#isPlucked ? Object.values(row)[0] : row;
  }
}

/** Connection to the SQLite database, with recovery from damage, deletion and a full disk. */

import { type Clock, systemClock } from './clock.js';
import type { Database, OpenDatabase } from './database.js';
import { explainStoreError, isDamage, isRefusal } from './error-messages.js';
import { createPrivate, inodeOf, moveAside, refuseForeignFiles, sizeOf } from './files.js';
import { Housekeeping } from './housekeeping.js';
import { establishSchema, type Migration, migrationOf, RECORD_TABLES } from './schema.js';
import { copyBeforeMigration } from './schema-copy.js';
import { addFunctions } from './sql-functions.js';
import { prepareStatements, type Statements } from './statements.js';
import { StoreError } from './store.js';

/** Options of a SQLite store. */
export interface SqliteOptions {
  connect: OpenDatabase;
  /** Path of the database. */
  path: string;
  /** Time to live of a trace in ms. */
  ttl: number;
  /** Approximate limit of the database's size in bytes. */
  maxSize: number;
  readonly?: boolean;
  /**
   * ms that a read or write waits for another process's lock, blocking the event loop; 5 s by
   * default.
   */
  lockTimeout?: number | undefined;
  /** Receives a sentence about each problem that was repaired. */
  warn: (message: string) => void;
  /** Hears that another file is open than before, and why; what was written is not in it. */
  fileReplaced?: (reason: string) => void;
  clock?: Clock;
}

/**
 * ms after a refused write during which writes fail at once, so that a full disk does not slow
 * every request.
 */
const RETRY_MS = 10_000;
/** Traces that one transaction deletes: others save meanwhile. */
const MAX_REMOVED = 500;

/**
 * Bytes; a larger database that was not closed is not checked at start, and damage is found when it
 * is read.
 */
const MAX_CHECKED_SIZE = 64 << 20;

/**
 * Database connection of a store. Each read and write reopens a file that was replaced, and moves a
 * damaged file aside; errors that a user can act on are thrown as StoreError.
 */
export class Connection {
  readonly clock: Clock;
  statements!: Statements;
  #options: SqliteOptions;
  #db!: Database;
  #housekeeping!: Housekeeping;
  /** Inode of the open file. */
  #inode: number | undefined;
  /** How often a file was opened. */
  #opened = 0;
  #refusal: { error: unknown; until: number } | undefined;

  /** Opens the database and creates it if missing; throws a StoreError when that fails. */
  constructor(options: SqliteOptions) {
    this.#options = options;
    this.clock = options.clock ?? systemClock;
    this.#explaining(() => this.#recovering(() => undefined));
  }

  /** Runs a read with the prepared statements. */
  read<T>(work: (statements: Statements) => T): T {
    return this.#explaining(() => this.#recovering(() => work(this.statements)));
  }

  /** Runs a read with SQL of its own. */
  query<T>(work: (db: Database) => T): T {
    return this.#explaining(() => this.#recovering(() => work(this.#db)));
  }

  /** Runs `work` in one transaction. */
  write<T>(work: (statements: Statements) => T): T {
    if (this.#refusal && this.clock.steady() < this.#refusal.until) throw this.#refusal.error;
    return this.#explaining(() => {
      try {
        const result = this.#recovering(() => this.#transact(work));
        this.#refusal = undefined;
        return result;
      } catch (error) {
        if (isRefusal(error)) {
          const until = this.clock.steady() + RETRY_MS;
          this.#refusal = { error: explainStoreError(error, this.#options.path), until };
        }
        throw error;
      }
    });
  }

  /** Tries the next write, however lately one was refused. */
  retry(): void {
    this.#refusal = undefined;
  }

  #transact<T>(work: (statements: Statements) => T): T {
    try {
      return this.#db.transaction(() => work(this.statements)).immediate();
    } catch (error) {
      // Those that were added are undone.
      this.statements.knownSubjects.clear();
      throw error;
    }
  }

  /** Another number after each change by another connection, and once the file was replaced. */
  dataVersion(): number {
    const version = this.#db.pragma('data_version', { simple: true }) as number;
    // SQLite's own, of 32 bits, begins anew with each connection.
    return this.#opened * 2 ** 32 + version;
  }

  /** Sweeps when that is due after `saves` more traces; a failed sweep does not undo the saves. */
  tidy(saves: number): void {
    if (this.#housekeeping.due(saves)) this.#sweep();
  }

  /** Deletes the traces that `select` finds, some at a time; returns how many of them were requests. */
  remove(select: (statements: Statements, limit: number) => { seq: number; outside: 0 | 1 }[]): number {
    for (let removed = 0; ; ) {
      const found = this.write((statements) => {
        const traces = select(statements, MAX_REMOVED);
        this.#housekeeping.drop(traces);
        statements.dropRuns.run();
        return traces;
      });
      if (found.length === 0) return removed;
      removed += found.filter(({ outside }) => outside === 0).length;
    }
  }

  /** Empties the tables of requests at once; returns how many requests there were. */
  removeAll(): number {
    const count = 'SELECT count(*) AS requests FROM traces WHERE outside = 0';
    return this.write(() => {
      const { requests } = this.#db.prepare(count).get() as { requests: number };
      for (const table of RECORD_TABLES) this.#db.exec(`DELETE FROM ${table}`);
      this.statements.knownSubjects.clear();
      return requests;
    });
  }

  /** Gives all free pages and the log back to the file system. */
  shrink(): void {
    this.#recovering(() => this.#housekeeping.shrink());
  }

  close(): void {
    if (!this.#db.open) return;
    // A file that was deleted is not made anew to be swept.
    if (!this.#options.readonly && inodeOf(this.#options.path) === this.#inode) this.#sweep();
    this.#db.close();
  }

  #sweep(): void {
    try {
      this.#recovering(() => this.#housekeeping.sweep());
    } catch (error) {
      // The next sweep makes up for this one when the database is locked or has no room for its
      // log.
      if (!(explainStoreError(error, this.#options.path) instanceof StoreError)) throw error;
    }
  }

  #open(): void {
    const { connect, path, maxSize, readonly = false, lockTimeout } = this.#options;
    if (readonly) refuseForeignFiles(path);
    else createPrivate(path);
    this.#inode = inodeOf(path);
    this.#opened++;
    const wasNotClosed = sizeOf(`${path}-wal`) > 0 && sizeOf(path) <= MAX_CHECKED_SIZE;
    this.#db = connect(path, { readonly, fileMustExist: true, timeout: 5000 });
    try {
      // Checked again: another user could have replaced the file before it was open.
      refuseForeignFiles(path);
      const migration = migrationOf(this.#db, path);
      if (migration && readonly) this.#migrate(migration);
      else if (migration) copyBeforeMigration(this.#db, path, migration, this.#options.warn);
      establishSchema(this.#db, path, readonly);
      addFunctions(this.#db);
      if (wasNotClosed && !readonly) this.#quickCheck();
      this.statements = prepareStatements(this.#db);
      if (lockTimeout !== undefined) this.#db.pragma(`busy_timeout = ${lockTimeout}`);
      this.#housekeeping = new Housekeeping(this.#db, this.statements, maxSize, this.clock);
    } catch (error) {
      this.#db.close();
      throw error;
    }
  }

  // A reader migrates the tables of an earlier version itself; otherwise it would have to wait for
  // a writer.
  #migrate(migration: Migration): void {
    const { connect, path, warn } = this.#options;
    const db = connect(path, { fileMustExist: true, timeout: 5000 });
    try {
      copyBeforeMigration(db, path, migration, warn);
      establishSchema(db, path, false);
    } catch (error) {
      // Of a file that cannot be written, establishSchema reports what is missing.
      if (!isRefusal(error)) throw error;
    } finally {
      db.close();
    }
  }

  #quickCheck(): void {
    const found = this.#db.pragma('quick_check(1)', { simple: true });
    if (found !== 'ok') throw Object.assign(new Error(String(found)), { code: 'SQLITE_CORRUPT' });
  }

  // The file may have been deleted or moved aside by another process: writes to it would be lost.
  #reopenIfReplaced(): void {
    const inode = inodeOf(this.#options.path);
    const isGone = inode === undefined && this.#options.readonly;
    if (this.#db?.open && (isGone || inode === this.#inode)) return;
    const isFirst = this.#db === undefined;
    this.#db?.close();
    this.#open();
    if (!isFirst) this.#options.fileReplaced?.('the database was deleted or replaced');
  }

  // Another process may have found the damage first: then its new database is at the path already.
  #replace(): void {
    const { path, warn } = this.#options;
    this.#db.close();
    if (this.#inode !== undefined && inodeOf(path) === this.#inode) {
      const aside = moveAside(path, this.clock.now());
      warn(`${path} was damaged, or no database. It is kept as ${aside}; a new one was begun.`);
    }
    this.#open();
    this.#options.fileReplaced?.('the database was damaged');
  }

  /** Runs `work` on the current file, and once more on a new file when this one is damaged. */
  #recovering<T>(work: () => T): T {
    try {
      this.#reopenIfReplaced();
      return work();
    } catch (error) {
      if (!isDamage(error) || this.#options.readonly) throw error;
      this.#replace();
      return work();
    }
  }

  /** Runs `work`, with known errors converted to a StoreError. */
  #explaining<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw explainStoreError(error, this.#options.path);
    }
  }
}

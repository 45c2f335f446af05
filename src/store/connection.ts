/** An open database that looks after itself: refuses what is not ours, moves aside what is damaged, rests when the disk is full. */

import type Sqlite from 'better-sqlite3';
import { type Clock, systemClock } from './clock.js';
import { explainStoreError, isDamage, isRefusal } from './error-messages.js';
import { createPrivate, identity, moveAside, refuseForeignFiles, sizeOf } from './files.js';
import { Housekeeping } from './housekeeping.js';
import { establishSchema, isOutdated } from './schema.js';
import { addFunctions } from './sql-functions.js';
import { prepareStatements, type Statements } from './statements.js';
import { StoreError } from './store.js';

/** How a SQLite database is opened. */
export interface SqliteOptions {
  /** Calls better-sqlite3, which is loaded by who opens the store, so that its absence can be told. */
  connect: (path: string, options: Sqlite.Options) => Sqlite.Database;
  /** The database's file. */
  path: string;
  /** ms that a trace is kept. */
  ttl: number;
  /** Bytes that the database may take, about. */
  maxSize: number;
  readonly?: boolean;
  /** Is told in one sentence what went wrong and was mended. */
  warn: (message: string) => void;
  clock?: Clock;
}

/** After the disk refused, writes fail at once for that long, so that a full disk is not asked at every request. */
const RETRY_MS = 10_000;

/** A bigger database that was not closed is not read through at start; damage then shows when it is met. */
const CHECKED_SIZE = 64 << 20;

/** A connection for a store: every read and write goes through it, as one step. */
export class Connection {
  readonly clock: Clock;
  statements!: Statements;
  #options: SqliteOptions;
  #db!: Sqlite.Database;
  #housekeeping!: Housekeeping;
  /** Identity of the file that was opened last. */
  #file: number | undefined;
  #refused: { error: unknown; until: number } | undefined;

  /** Opens the database, making it where there is none; throws a StoreError when that cannot be. */
  constructor(options: SqliteOptions) {
    this.#options = options;
    this.clock = options.clock ?? systemClock;
    this.#explaining(() => this.#mending(() => undefined));
  }

  /** Answers what `work` reads. */
  read<T>(work: (statements: Statements) => T): T {
    return this.#explaining(() => this.#mending(() => work(this.statements)));
  }

  /** Answers what `work` reads by statements of its own. */
  ask<T>(work: (db: Sqlite.Database) => T): T {
    return this.#explaining(() => this.#mending(() => work(this.#db)));
  }

  /** Does `work` in one transaction: all of it, or nothing. */
  write<T>(work: (statements: Statements) => T): T {
    if (this.#refused && this.clock.steady() < this.#refused.until) throw this.#refused.error;
    return this.#explaining(() => {
      try {
        const done = this.#mending(() => this.#db.transaction(() => work(this.statements)).immediate());
        this.#refused = undefined;
        return done;
      } catch (error) {
        if (isRefusal(error)) {
          const until = this.clock.steady() + RETRY_MS;
          this.#refused = { error: explainStoreError(error, this.#options.path), until };
        }
        throw error;
      }
    });
  }

  /** Tidies up when enough has been saved since the last time. What has been saved stands, whatever comes of it. */
  tidy(saves: number): void {
    if (this.#housekeeping.due(saves)) this.#sweep();
  }

  close(): void {
    if (!this.#db.open) return;
    if (!this.#options.readonly) this.#sweep();
    this.#db.close();
  }

  #sweep(): void {
    try {
      this.#mending(() => this.#housekeeping.sweep());
    } catch (error) {
      // A sweep that cannot be done now (locked, no room for its log) is done by the next one.
      if (!(explainStoreError(error, this.#options.path) instanceof StoreError)) throw error;
    }
  }

  #open(): void {
    const { connect, path, maxSize, readonly = false } = this.#options;
    if (readonly) refuseForeignFiles(path);
    else createPrivate(path);
    this.#file = identity(path);
    const unclean = sizeOf(`${path}-wal`) > 0 && sizeOf(path) <= CHECKED_SIZE;
    this.#db = connect(path, { readonly, fileMustExist: true, timeout: 5000 });
    try {
      // Once more: until it was open, somebody could have put another file in its place.
      refuseForeignFiles(path);
      if (readonly && isOutdated(this.#db, path)) this.#update();
      establishSchema(this.#db, path, readonly);
      addFunctions(this.#db);
      if (unclean && !readonly) this.#check();
      this.statements = prepareStatements(this.#db);
      this.#housekeeping = new Housekeeping(this.#db, this.statements, maxSize, this.clock);
    } catch (error) {
      this.#db.close();
      throw error;
    }
  }

  // An earlier version wrote it: who only reads need not wait for somebody who writes.
  #update(): void {
    const { connect, path } = this.#options;
    const db = connect(path, { fileMustExist: true, timeout: 5000 });
    try {
      establishSchema(db, path, false);
    } catch (error) {
      // One that may not be written is answered by what its tables are like.
      if (!isRefusal(error)) throw error;
    } finally {
      db.close();
    }
  }

  #check(): void {
    const found = this.#db.pragma('quick_check(1)', { simple: true });
    if (found !== 'ok') throw Object.assign(new Error(String(found)), { code: 'SQLITE_CORRUPT' });
  }

  // The file may have been deleted, or moved aside by another process: what is written to it then is seen by nobody.
  #follow(): void {
    const there = identity(this.#options.path);
    const gone = there === undefined && this.#options.readonly;
    if (this.#db?.open && (gone || there === this.#file)) return;
    this.#db?.close();
    this.#open();
  }

  // Another process may have met the same damage first: then its new database is already there.
  #replace(): void {
    const { path, warn } = this.#options;
    this.#db.close();
    if (this.#file !== undefined && identity(path) === this.#file) {
      const aside = moveAside(path, this.clock.now());
      warn(`${path} was damaged, or no database. It is kept as ${aside}; a new one was begun.`);
    }
    this.#open();
  }

  #mending<T>(work: () => T): T {
    try {
      this.#follow();
      return work();
    } catch (error) {
      if (!isDamage(error) || this.#options.readonly) throw error;
      this.#replace();
      return work();
    }
  }

  #explaining<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw explainStoreError(error, this.#options.path);
    }
  }
}

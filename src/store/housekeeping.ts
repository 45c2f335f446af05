/** Keeps the database within its time to live and its size, a little at a time, so that no save waits for long. */

import type { Database } from 'better-sqlite3';
import { type Clock, deletionClock } from './clock.js';
import { sizeOf } from './files.js';
import type { Statements } from './statements.js';

const EVERY_SAVES = 200;
const EVERY_MS = 2000;
/** Rows per statement, and statements per sweep: the longest that a save can be held up. */
const CHUNK = 100;
const CHUNKS = 10;
/** Pages given back to the disk per sweep, and pages kept for what comes next. */
const VACUUM = 1024;
const SPARE = 256;
const LONG_WAL = 32 << 20;

/** Deletes what has expired, then the oldest while the file is too big, and shrinks the file. */
export class Housekeeping {
  #db: Database;
  #statements: Statements;
  #maxSize: number;
  #steady: () => number;
  #deletable: () => number;
  #saves = 0;
  #last: number;
  #behind = false;

  constructor(db: Database, statements: Statements, maxSize: number, clock: Clock) {
    this.#db = db;
    this.#statements = statements;
    this.#maxSize = maxSize;
    this.#steady = clock.steady;
    this.#deletable = deletionClock(clock, statements.newest.get()?.start ?? undefined);
    this.#last = clock.steady();
  }

  /** Counts saves and answers whether it is time to sweep. */
  due(saves: number): boolean {
    this.#saves += saves;
    return this.#behind || this.#saves >= EVERY_SAVES || this.#steady() - this.#last >= EVERY_MS;
  }

  /** Deletes one bounded batch and gives freed pages back. */
  sweep(): void {
    this.#saves = 0;
    this.#last = this.#steady();
    this.#behind = this.#db.transaction(() => this.#delete()).immediate();
    const free = this.#pages('freelist_count') - SPARE;
    if (free > 0) this.#db.pragma(`incremental_vacuum(${Math.min(free, VACUUM)})`);
    if (sizeOf(`${this.#db.name}-wal`) > LONG_WAL) this.#shortenWal();
  }

  /** Deletes a bounded number of rows and answers whether there may be more to delete. */
  #delete(): boolean {
    const now = this.#deletable();
    const size = this.#behind || this.#used() > this.#maxSize ? this.#maxSize * 0.95 : this.#maxSize;
    this.#statements.dropExpiredSources.run(now, CHUNK);
    this.#statements.dropRuns.run();
    for (let chunk = 0; chunk < CHUNKS; chunk++) if (!this.#deleteChunk(now, size)) return false;
    return true;
  }

  #deleteChunk(now: number, size: number): boolean {
    const { expired, oldest, dropOldestSources } = this.#statements;
    if (this.#drop(expired.all(now, CHUNK))) return true;
    if (this.#used() <= size) return false;
    return this.#drop(oldest.all(CHUNK)) || dropOldestSources.run(CHUNK).changes > 0;
  }

  /** Deletes traces with all that hangs on them, and what they alone were about; answers whether there were any. */
  #drop(traces: { seq: number }[]): boolean {
    if (traces.length === 0) return false;
    const { subjectsOf, dropTraces, dropUnused } = this.#statements;
    const seqs = JSON.stringify(traces.map(({ seq }) => seq));
    const subjects = subjectsOf.all(seqs);
    dropTraces.run(seqs);
    for (const { subject } of subjects) dropUnused.run(subject);
    return true;
  }

  #used(): number {
    return (this.#pages('page_count') - this.#pages('freelist_count')) * this.#pages('page_size');
  }

  #pages(what: 'page_count' | 'page_size' | 'freelist_count'): number {
    return this.#db.pragma(what, { simple: true }) as number;
  }

  // SQLite starts its log anew once no reader is in the way; one that always is would let it grow. Try, never wait.
  #shortenWal(): void {
    this.#db.pragma('busy_timeout = 0');
    this.#db.pragma('wal_checkpoint(TRUNCATE)');
    this.#db.pragma('busy_timeout = 5000');
  }
}

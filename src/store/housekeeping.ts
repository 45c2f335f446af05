/** Deletion of expired and excess traces, in small batches, so that no save waits long. */

import { type Clock, deletionClock } from './clock.js';
import type { Database } from './database.js';
import { sizeOf } from './files.js';
import type { Statements } from './statements.js';

const SWEEP_SAVES = 200;
const SWEEP_MS = 2000;
/** Rows per statement, and statements per sweep: they bound the time that a save waits. */
const CHUNK_ROWS = 100;
const MAX_CHUNKS = 10;
/** Pages returned to the file system per sweep, and free pages kept for new traces. */
const MAX_VACUUM_PAGES = 1024;
const SPARE_PAGES = 256;
/** Bytes of the write-ahead log from which it is truncated. */
const LONG_WAL = 32 << 20;

/** Deletes expired traces, then the oldest while the file is too large, and shrinks the file. */
export class Housekeeping {
  #db: Database;
  #statements: Statements;
  #maxSize: number;
  #steady: () => number;
  /** Epoch ms up to which expired traces may be deleted. */
  #deletionNow: () => number;
  #saves = 0;
  #sweptAt: number;
  /** True when the last sweep left something to delete. */
  #isBehind = false;

  constructor(db: Database, statements: Statements, maxSize: number, clock: Clock) {
    this.#db = db;
    this.#statements = statements;
    this.#maxSize = maxSize;
    this.#steady = clock.steady;
    this.#deletionNow = deletionClock(clock, statements.newest.get()?.start ?? undefined);
    this.#sweptAt = clock.steady();
  }

  /** Counts saves; returns whether a sweep is due. */
  due(saves: number): boolean {
    this.#saves += saves;
    return this.#isBehind || this.#saves >= SWEEP_SAVES || this.#steady() - this.#sweptAt >= SWEEP_MS;
  }

  /** Deletes one bounded batch and returns freed pages to the file system. */
  sweep(): void {
    this.#saves = 0;
    this.#sweptAt = this.#steady();
    this.#isBehind = this.#db.transaction(() => this.#delete()).immediate();
    const free = this.#pages('freelist_count') - SPARE_PAGES;
    if (free > 0) this.#db.pragma(`incremental_vacuum(${Math.min(free, MAX_VACUUM_PAGES)})`);
    if (sizeOf(`${this.#db.name}-wal`) > LONG_WAL) this.#truncateWal();
  }

  /** Gives all free pages and the log back to the file system. */
  shrink(): void {
    // Some at a time: each holds the lock that a living run waits for.
    for (let free = this.#pages('freelist_count'); free > 0; ) {
      this.#db.pragma(`incremental_vacuum(${MAX_VACUUM_PAGES})`);
      const left = this.#pages('freelist_count');
      if (left >= free) break;
      free = left;
    }
    this.#truncateWal();
  }

  /** Deletes a bounded number of rows; returns whether there may be more. */
  #delete(): boolean {
    const now = this.#deletionNow();
    const maxSize = this.#isBehind || this.#used() > this.#maxSize ? this.#maxSize * 0.95 : this.#maxSize;
    this.#statements.dropExpiredSources.run(now, CHUNK_ROWS);
    this.#statements.dropExpiredLosses.run(now);
    this.#statements.dropRuns.run();
    for (let chunk = 0; chunk < MAX_CHUNKS; chunk++) if (!this.#deleteChunk(now, maxSize)) return false;
    return true;
  }

  #deleteChunk(now: number, maxSize: number): boolean {
    const { expired, oldest, dropOldestSources } = this.#statements;
    if (this.drop(expired.all(now, CHUNK_ROWS))) return true;
    if (this.#used() <= maxSize) return false;
    return this.drop(oldest.all(CHUNK_ROWS)) || dropOldestSources.run(CHUNK_ROWS).changes > 0;
  }

  /**
   * Deletes traces with their bodies and figures, and subjects without figures; returns whether
   * there were any.
   */
  drop(traces: { seq: number }[]): boolean {
    if (traces.length === 0) return false;
    const { subjectsOf, dropTraces, dropUnused } = this.#statements;
    const seqs = JSON.stringify(traces.map(({ seq }) => seq));
    const subjects = subjectsOf.all(seqs);
    dropTraces(seqs);
    for (const { subject } of subjects) dropUnused.run(subject);
    this.#statements.knownSubjects.clear();
    return true;
  }

  /** Bytes in use, without free pages. */
  #used(): number {
    return (this.#pages('page_count') - this.#pages('freelist_count')) * this.#pages('page_size');
  }

  #pages(pragma: 'page_count' | 'page_size' | 'freelist_count'): number {
    return this.#db.pragma(pragma, { simple: true }) as number;
  }

  // SQLite restarts its log when no reader uses it, so constant readers let it grow. Without
  // waiting: a save may be next.
  #truncateWal(): void {
    this.#db.pragma('busy_timeout = 0');
    this.#db.pragma('wal_checkpoint(TRUNCATE)');
    this.#db.pragma('busy_timeout = 5000');
  }
}

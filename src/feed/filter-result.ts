/** Result of a filter or of a sort without an index: row numbers in order, found slice by slice. */

import { type FilterQuery, queryNeedsTrace } from '../domain/filter.js';
import { QUERIES_SQL, QUERY_TIME_SQL, WIN_SQL } from '../domain/request.js';
import { conditionOf, type SqlCondition } from '../store/filter-sql.js';
import type { PageReader } from '../store/page-reader.js';
import type { Sort } from './feed.js';
import { EMPTY_RUN, type KeyOrder, mergedRun, type RowRun, rowsBefore, runOf } from './row-run.js';
import { AdaptiveSlices, TurnQueue } from './time-slicing.js';

/** Epoch ms after every request: the largest instant of a Date. */
export const END_OF_TIME = 8.64e15;
/** ms between two reports of a partial result. */
const PROGRESS_MS = 60;
/** ms after its start during which a request may still change and is scanned again. */
export const CHANGE_WINDOW_MS = 30_000;

const SORT_SQL: Record<Sort['by'], string> = {
  time: '0',
  duration: 'ifnull(duration, 0)',
  queries: QUERIES_SQL,
  qtime: QUERY_TIME_SQL,
  win: WIN_SQL,
  status: 'ifnull(status, 0)',
  path: 'url',
};

/** A scan over all requests, newest first; partial results are served while it runs. */
export class FilterResult {
  readonly sort: Sort;
  /** True once every request has been scanned and put in order. */
  complete = false;
  /** True when the database has changed since the last scan began. */
  #isStale = false;
  /** Rows in order, without `reverse`; empty until the first scan is complete. */
  #rows: RowRun = EMPTY_RUN;
  /** Runs of the first scan, newest first. */
  #found: RowRun[] = [];
  /** Start (epoch ms) of the newest match. */
  #newestStart = Number.NEGATIVE_INFINITY;
  #waiters: (() => void)[] = [];
  #reportedAt = performance.now();
  /** True once rows were read that a running scan may change: its progress is reported from then on. */
  #isAwaited = false;
  /** Number of rows that the last reader needs. */
  #wantedRows = Number.POSITIVE_INFINITY;
  readonly #order: KeyOrder;
  readonly #onProgress: () => void;
  readonly #reader: PageReader;
  readonly #query: FilterQuery;
  readonly #until: number;
  readonly #ids: string[] | undefined;
  readonly #turns: TurnQueue;

  constructor(
    reader: PageReader,
    query: FilterQuery,
    sort: Sort,
    until: number,
    ids: string[] | undefined,
    { onError, onProgress }: { onError: (error: unknown) => void; onProgress: () => void },
  ) {
    this.#onProgress = onProgress;
    this.#reader = reader;
    this.#query = query;
    this.sort = sort;
    this.#order = sort.by === 'time' ? undefined : sort.by === 'path' ? 'ascending' : 'descending';
    this.#until = until;
    this.#ids = ids;
    this.#turns = new TurnQueue((error) => {
      this.#wakeWaiters();
      onError(error);
    });
    this.#run(this.#scanAll());
  }

  /** Number of rows that are held. */
  get size(): number {
    return this.#rows.seqs.length + this.#found.reduce((sum, { seqs }) => sum + seqs.length, 0);
  }

  #run(work: Generator<void, void>): void {
    this.#turns.run(() => work.next().done !== true);
  }

  #where(): SqlCondition {
    const { sql, values } = conditionOf(this.#query, this.#reader.now());
    if (!this.#ids) return { sql, values };
    return {
      sql: `${sql} AND id IN (SELECT value FROM json_each(?))`,
      values: [...values, JSON.stringify(this.#ids)],
    };
  }

  /** Adds the runs of the requests that began at `scanFrom` (epoch ms) or later, slice by slice. */
  *#scan(scanFrom: number, runs: RowRun[]): Generator<void, void> {
    const slices = new AdaptiveSlices(
      (before, size) => this.#reader.boundary(before, size),
      Math.min(END_OF_TIME, this.#until + 0.001),
      scanFrom,
      queryNeedsTrace(this.#query),
    );
    const where = this.#where();
    const key = SORT_SQL[this.sort.by];
    let hasMore = true;
    while (hasMore) {
      hasMore = slices.next((from, before) => {
        const rows = this.#reader.slice(from, before, where, key);
        this.#newestStart = Math.max(this.#newestStart, rows[0]?.start ?? Number.NEGATIVE_INFINITY);
        if (rows.length > 0) runs.push(runOf(rows, this.#order));
      });
      yield;
    }
  }

  *#scanAll(): Generator<void, void> {
    for (const _ of this.#scan(Number.NEGATIVE_INFINITY, this.#found)) {
      this.#report(true);
      yield;
    }
    this.#rows = yield* mergedRun(this.#found, this.#order);
    this.#found = [];
    this.complete = true;
    this.#finish();
  }

  *#scanNewest(scanFrom: number): Generator<void, void> {
    const fresh: RowRun[] = [];
    yield* this.#scan(scanFrom, fresh);
    const older = yield* rowsBefore(this.#rows, scanFrom, this.#order);
    this.#rows = yield* mergedRun([...fresh, older], this.#order);
    this.#finish();
  }

  #finish(): void {
    this.#report(false);
    this.#isAwaited = false;
    // After this turn: this scan is still in the queue.
    if (this.#isStale) queueMicrotask(() => this.rescanNewest());
  }

  /**
   * Reports partial results from time to time: otherwise a rare match would be shown only at the
   * end.
   */
  #report(hasMore: boolean): void {
    const now = performance.now();
    if (hasMore && now - this.#reportedAt < PROGRESS_MS && !this.#hasRows(this.#wantedRows)) return;
    this.#reportedAt = now;
    this.#wakeWaiters();
    if (this.#isAwaited) this.#onProgress();
  }

  #wakeWaiters(): void {
    for (const wake of this.#waiters.splice(0)) wake();
  }

  /** Scans the newest requests again, after the database changed. */
  rescanNewest(): void {
    if (this.#until !== END_OF_TIME) return;
    // A scan that the next one stops would never end.
    this.#isStale = this.#turns.isBusy;
    if (this.#isStale) return;
    const scanFrom = Math.min(this.#newestStart, this.#reader.now()) - CHANGE_WINDOW_MS;
    this.#run(this.#scanNewest(scanFrom));
    // Rows and counts that are read meanwhile are those before the change.
    if (this.#turns.isBusy) this.#isAwaited = true;
  }

  get #isInTimeOrder(): boolean {
    return this.sort.by === 'time' && !this.sort.reverse;
  }

  /** Whether the rows up to an offset are final. */
  #hasRows(offset: number): boolean {
    return this.complete || (this.#isInTimeOrder && this.size >= offset);
  }

  async #waitUntil(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#waiters.push(resolve));
  }

  /**
   * Row numbers (`seq`) from `offset` on, at once where they are final; else as soon as the first
   * is found.
   */
  seqs(offset: number, limit: number): number[] | Promise<number[]> {
    const take = () => (this.complete ? this.#take(offset, limit) : this.#takeFound(offset, limit));
    if (this.#hasRows(offset + limit)) return take();
    this.#wantedRows = offset + limit;
    this.#isAwaited = true;
    const hasSome = () => this.#isInTimeOrder && this.size > offset;
    return this.#waitUntil(() => this.#hasRows(offset + limit) || hasSome()).then(take);
  }

  #take(offset: number, limit: number): number[] {
    const { seqs } = this.#rows;
    if (!this.sort.reverse) return Array.from(seqs.subarray(offset, offset + limit));
    const end = Math.max(0, seqs.length - offset);
    return Array.from(seqs.subarray(Math.max(0, end - limit), end)).reverse();
  }

  /** Rows of the runs that the first scan has found so far. */
  #takeFound(offset: number, limit: number): number[] {
    const taken: number[] = [];
    let skip = offset;
    for (const { seqs } of this.#found) {
      if (taken.length === limit) break;
      taken.push(...seqs.subarray(skip, skip + limit - taken.length));
      skip = Math.max(0, skip - seqs.length);
    }
    return taken;
  }

  /** Number of matches. */
  count(): number | Promise<number> {
    if (this.complete) return this.#rows.seqs.length;
    return this.#waitUntil(() => this.complete).then(() => this.#rows.seqs.length);
  }

  /** Offset of a row number; -1 if it does not match. */
  position(seq: number): number | Promise<number> {
    if (this.complete) return this.#positionOf(seq);
    return this.#waitUntil(() => this.complete).then(() => this.#positionOf(seq));
  }

  #positionOf(seq: number): number {
    const { seqs } = this.#rows;
    const at = seqs.indexOf(seq);
    return at >= 0 && this.sort.reverse ? seqs.length - 1 - at : at;
  }

  stop(): void {
    this.#turns.stop();
    this.#waiters = [];
  }
}

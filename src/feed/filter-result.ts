/** Result of a filter or of a sort without an index: row numbers in order, found slice by slice. */

import { type FilterQuery, queryNeedsTrace } from '../domain/filter.js';
import { QUERIES_SQL, QUERY_TIME_SQL } from '../domain/request.js';
import { conditionOf, type SqlCondition } from '../store/filter-sql.js';
import type { PageReader, SliceRow } from '../store/page-reader.js';
import type { Sort } from './feed.js';
import { AdaptiveSlices, TurnQueue } from './time-slicing.js';

/** Epoch ms after every request: the largest instant of a Date. */
export const END_OF_TIME = 8.64e15;
/** ms between two reports of a partial result. */
const PROGRESS_MS = 60;
/** ms after its start during which a request may still change and is scanned again. */
const CHANGE_WINDOW_MS = 30_000;

const SORT_SQL: Record<Sort['by'], string> = {
  time: '0',
  duration: 'ifnull(duration, 0)',
  queries: QUERIES_SQL,
  qtime: QUERY_TIME_SQL,
  status: 'ifnull(status, 0)',
  path: 'url',
};

/** A scan over all requests, newest first; partial results are served while it runs. */
export class FilterResult {
  readonly sort: Sort;
  /** True once every request has been scanned. */
  complete = false;
  #found: SliceRow[] = [];
  #ordered: number[] | undefined;
  /** Start (epoch ms) of the newest match. */
  #newestStart = Number.NEGATIVE_INFINITY;
  #waiters: (() => void)[] = [];
  #reportedAt = performance.now();
  /** True once rows were read before the end of the scan: progress is reported from then on. */
  #hasPartialReader = false;
  /** Number of rows that the last reader needs. */
  #wantedRows = Number.POSITIVE_INFINITY;
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
    this.#until = until;
    this.#ids = ids;
    this.#turns = new TurnQueue((error) => {
      this.#wakeWaiters();
      onError(error);
    });
    this.#scan(Number.NEGATIVE_INFINITY, []);
  }

  #where(): SqlCondition {
    const { sql, values } = conditionOf(this.#query, this.#reader.now());
    if (!this.#ids) return { sql, values };
    return {
      sql: `${sql} AND id IN (SELECT value FROM json_each(?))`,
      values: [...values, JSON.stringify(this.#ids)],
    };
  }

  /**
   * Scans the requests that began at `scanFrom` (epoch ms) or later; `older` are the matches before
   * that.
   */
  #scan(scanFrom: number, older: SliceRow[]): void {
    const slices = new AdaptiveSlices(
      (before, size) => this.#reader.boundary(before, size),
      Math.min(END_OF_TIME, this.#until + 0.001),
      scanFrom,
      queryNeedsTrace(this.#query),
    );
    const where = this.#where();
    const isRescan = older.length > 0;
    const fresh: SliceRow[] = isRescan ? [] : this.#found;
    const step = (): boolean => {
      const hasMore = slices.next((from, before) => {
        for (const row of this.#reader.slice(from, before, where, SORT_SQL[this.sort.by])) fresh.push(row);
      });
      this.#newestStart = Math.max(this.#newestStart, fresh[0]?.start ?? Number.NEGATIVE_INFINITY);
      if (!hasMore && isRescan) this.#found = [...fresh, ...older];
      if (!hasMore) this.complete = true;
      if (!hasMore || this.sort.by === 'time') this.#ordered = undefined;
      this.#report(hasMore);
      return hasMore;
    };
    this.#turns.run(step);
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
    if (this.#hasPartialReader) this.#onProgress();
  }

  #wakeWaiters(): void {
    for (const wake of this.#waiters.splice(0)) wake();
  }

  /** Scans the newest requests again, after the database changed. */
  rescanNewest(): void {
    if (!this.complete || this.#until !== END_OF_TIME) return;
    const scanFrom = Math.min(this.#newestStart, this.#reader.now()) - CHANGE_WINDOW_MS;
    const older = this.#found.filter(({ start }) => start < scanFrom);
    if (older.length === 0) this.#found = [];
    this.#scan(scanFrom, older);
  }

  #orderedSeqs(): number[] {
    if (this.#ordered) return this.#ordered;
    const { by, reverse } = this.sort;
    const found = by === 'time' ? this.#found : this.#sorted(by === 'path');
    const seqs = found.map(({ seq }) => seq);
    this.#ordered = reverse ? seqs.reverse() : seqs;
    return this.#ordered;
  }

  #sorted(ascending: boolean): SliceRow[] {
    const sign = ascending ? 1 : -1;
    return [...this.#found].sort((a, b) =>
      a.key < b.key ? -sign : a.key > b.key ? sign : b.start - a.start,
    );
  }

  /** Whether the rows up to an offset are final. */
  #hasRows(offset: number): boolean {
    if (this.complete) return true;
    return this.sort.by === 'time' && !this.sort.reverse && this.#found.length >= offset;
  }

  async #waitUntil(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#waiters.push(resolve));
  }

  /**
   * Row numbers (`seq`) from `offset` on, at once where they are final; else as soon as the first
   * is found.
   */
  seqs(offset: number, limit: number): number[] | Promise<number[]> {
    const take = () => this.#orderedSeqs().slice(offset, offset + limit);
    if (this.#hasRows(offset + limit)) return take();
    this.#wantedRows = offset + limit;
    this.#hasPartialReader = true;
    const hasSome = () => this.sort.by === 'time' && !this.sort.reverse && this.#found.length > offset;
    return this.#waitUntil(() => this.#hasRows(offset + limit) || hasSome()).then(take);
  }

  /** Number of matches. */
  count(): number | Promise<number> {
    if (this.complete) return this.#found.length;
    return this.#waitUntil(() => this.complete).then(() => this.#found.length);
  }

  /** Offset of a row number; -1 if it does not match. */
  position(seq: number): number | Promise<number> {
    if (this.complete) return this.#orderedSeqs().indexOf(seq);
    return this.#waitUntil(() => this.complete).then(() => this.#orderedSeqs().indexOf(seq));
  }

  stop(): void {
    this.#turns.stop();
    this.#waiters = [];
  }
}

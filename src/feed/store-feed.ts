/**
 * Feed over the store's file: index reads where possible, else scans in slices; polls whether the
 * file changed.
 */

import { isProcessAlive } from '../control/process-alive.js';
import { binsOf, percentile } from '../domain/histogram.js';
import { isUnfiltered, LISTED_SQL } from '../domain/routine.js';
import type { SourceText } from '../domain/site.js';
import type { AppInfo, Summary, Trace } from '../domain/trace.js';
import { headlineOf } from '../insight/headline.js';
import { conditionOf } from '../store/filter-sql.js';
import type { Landmarks, PageReader } from '../store/page-reader.js';
import type {
  FeedStatus,
  Headlines,
  ListQuery,
  ListStats,
  MaybePromise,
  RouteRow,
  Sort,
  StatementPoint,
  StoredFeed,
} from './feed.js';
import { END_OF_TIME, FilterResult } from './filter-result.js';
import { NewestPage } from './newest-page.js';
import { RouteResult } from './route-result.js';
import { statementPoints } from './statement-points.js';

/** Number of newest requests that the header's statistics are of. */
const STATS_REQUESTS = 1000;
/** Number of newest requests in which a statement's history is looked for. */
const HISTORY_REQUESTS = 2000;
const MAX_CHILDREN = 300;
/** Number of filter results kept, the last used. */
const MAX_RESULTS = 3;
/** Rows of a result from which it is not kept beside another. */
const LARGE_RESULT = 50_000;
/** ms between two polls of the file, while it changes and while it does not. */
const BUSY_POLL_MS = 100;
const IDLE_POLL_MS = 500;
/** ms after the last change until polls become rare. */
const IDLE_AFTER_MS = 5000;
/** ms between two rescans of the results while the file changes. */
const RESCAN_MS = 500;
/** ms for which a status is reused. */
const STATUS_TTL_MS = 1000;

/** Read-only feed; works without a running app. */
export class StoreFeed implements StoredFeed {
  readonly #reader: PageReader;
  /** All requests, and those of a list without a filter. */
  readonly #all: NewestPage;
  readonly #listed: NewestPage;
  readonly #place: string;
  readonly #results = new Map<string, FilterResult>();
  readonly #listeners = new Set<() => void>();
  /** Last list by route. */
  #routes: { key: string; result: RouteResult } | undefined;
  #version: number;
  /** What the store held at the last poll. */
  #landmarks: Landmarks;
  #timer: NodeJS.Timeout | undefined;
  #rescannedAt = 0;
  /** True while results are older than the file. */
  #isOutdated = false;
  #changedAt = 0;
  #trouble: string | undefined;
  #cachedStatus: { at: number; status: FeedStatus } | undefined;
  /** Sort of the last page, whose result a count shares. */
  #lastSort: Sort = { by: 'time', reverse: false };
  /** Status at the last notification. */
  #notifiedStatus: Pick<FeedStatus, 'live' | 'trouble'> = { live: false };

  constructor(reader: PageReader, place: string) {
    this.#reader = reader;
    this.#place = place;
    this.#all = new NewestPage(reader, '1', () => reader.count());
    this.#listed = new NewestPage(
      reader,
      LISTED_SQL,
      () => this.#all.count(END_OF_TIME) - reader.countRoutine(),
    );
    this.#version = reader.version();
    this.#landmarks = reader.landmarks();
  }

  #handleError(error: unknown): void {
    this.#setTrouble(error);
    this.notifyListeners();
  }

  #setTrouble(error: unknown): void {
    this.#trouble = error instanceof Error ? error.message : String(error);
  }

  /**
   * Result of a read; an error becomes the status's trouble and a rejection, and the screen keeps
   * what it shows.
   */
  #attempt<T>(work: () => MaybePromise<T>): MaybePromise<T> {
    try {
      return work();
    } catch (error) {
      this.#setTrouble(error);
      return Promise.reject(error);
    }
  }

  notifyListeners(): void {
    for (const listener of this.#listeners) listener();
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    this.#notifiedStatus = this.status();
    if (!this.#timer) this.#poll(IDLE_POLL_MS);
    return () => this.#listeners.delete(listener);
  }

  #poll(delay: number): void {
    this.#timer = setTimeout(() => {
      const before = this.#version;
      const { live, trouble } = this.#notifiedStatus;
      try {
        this.#version = this.#reader.version();
        if (before !== this.#version) this.#forgetRemoved();
        // Scans that stopped at the error have to start again.
        if (trouble !== undefined) {
          this.#results.clear();
          this.#routes = undefined;
        }
        this.#trouble = undefined;
      } catch (error) {
        this.#setTrouble(error);
      }
      const now = performance.now();
      if (before !== this.#version) {
        this.#changedAt = now;
        this.#isOutdated = true;
      }
      const isRescanned = this.#rescan(now);
      this.#notifiedStatus = this.status();
      if (
        before !== this.#version ||
        isRescanned ||
        live !== this.#notifiedStatus.live ||
        trouble !== this.#notifiedStatus.trouble
      )
        this.notifyListeners();
      this.#poll(now - this.#changedAt < IDLE_AFTER_MS ? BUSY_POLL_MS : IDLE_POLL_MS);
    }, delay);
  }

  /** Reads everything anew once requests were removed: by `scooby clean`, from a screen, or with their file. */
  #forgetRemoved(): void {
    const { last, runs, lastRun } = this.#landmarks;
    const now = this.#reader.landmarks();
    this.#landmarks = now;
    // Row numbers are used again: those that came since may already have that of the last one.
    const isLastGone = last !== undefined && !this.#reader.holds(last);
    const begun = now.runs.filter((run) => run > lastRun).length;
    const areThere = now.lastRun - lastRun === begun && runs.every((run) => now.runs.includes(run));
    if (isLastGone || !areThere) this.forget();
  }

  forget(): void {
    for (const result of this.#results.values()) result.stop();
    this.#results.clear();
    this.#routes?.result.stop();
    this.#routes = undefined;
    this.#all.forget();
    this.#listed.forget();
  }

  /** Rescans what has changed since, at most every RESCAN_MS; whether it did. */
  #rescan(now: number): boolean {
    if (!this.#isOutdated || now - this.#rescannedAt < RESCAN_MS) return false;
    this.#rescannedAt = now;
    this.#isOutdated = false;
    for (const result of this.#results.values()) result.rescanNewest();
    this.#routes?.result.rescanNewest();
    return true;
  }

  /** Status of the app, from the newest request. */
  status(): FeedStatus {
    const now = performance.now();
    if (this.#cachedStatus && now - this.#cachedStatus.at < STATUS_TTL_MS)
      return { ...this.#cachedStatus.status, ...this.#troubleField() };
    const app = this.#newestApp() ?? this.#cachedStatus?.status.app;
    const status: FeedStatus = {
      live: app?.pid !== undefined && isProcessAlive(app.pid),
      place: this.#place,
      ...(app ? { app } : {}),
    };
    this.#cachedStatus = { at: now, status };
    return { ...status, ...this.#troubleField() };
  }

  #newestApp(): AppInfo | undefined {
    try {
      const [newest] = this.#reader.newest(END_OF_TIME, undefined, 0, 1, false);
      // A request that never reached the app has no process.
      return newest && this.#reader.find(newest.row.id)?.app;
    } catch (error) {
      this.#setTrouble(error);
      return undefined;
    }
  }

  #troubleField(): Pick<FeedStatus, 'trouble'> {
    return this.#trouble === undefined ? {} : { trouble: this.#trouble };
  }

  stats(): MaybePromise<ListStats> {
    return this.#attempt(() => this.#computeStats());
  }

  #computeStats(): ListStats {
    const rows = this.#reader.newestMeasures(STATS_REQUESTS);
    const times = rows.flatMap(({ duration }) => duration ?? []);
    const bins = binsOf(times);
    const [p50, p95] = times.length > 0 ? [percentile(bins, 0.5), percentile(bins, 0.95)] : [];
    const total = this.#listed.count(END_OF_TIME);
    const routine = this.#all.count(END_OF_TIME) - total;
    const losses = this.#reader.losses();
    return {
      total,
      ...(routine > 0 ? { routine } : {}),
      ...(losses.length > 0 ? { losses } : {}),
      ...(rows.length < total ? { newest: rows.length } : {}),
      ...(p50 === undefined ? {} : { p50 }),
      ...(p95 === undefined ? {} : { p95 }),
      errors: rows.length === 0 ? 0 : rows.filter(({ failed }) => failed).length / rows.length,
      repeated: rows.filter(({ repeated }) => repeated).length,
    };
  }

  /**
   * Pages of the unfiltered list, newest first, which has an index; undefined for other lists.
   */
  #newest({ query, ids }: ListQuery, sort: Sort): NewestPage | undefined {
    if (ids || sort.by !== 'time' || sort.reverse) return undefined;
    if (query.length === 0) return this.#all;
    return isUnfiltered(query) ? this.#listed : undefined;
  }

  /** Result of a filter or sort. */
  #result({ query, until = END_OF_TIME, ids }: ListQuery, sort: Sort): FilterResult {
    const key = JSON.stringify([query, until, ids, sort]);
    let result = this.#results.get(key);
    if (!result) {
      // Only the newest scan continues: the browser shows one list at a time.
      for (const other of this.#results.values()) if (!other.complete) other.stop();
      for (const [old, other] of this.#results)
        if (!other.complete || other.size > LARGE_RESULT) this.#results.delete(old);
      result = new FilterResult(this.#reader, query, sort, until, ids, {
        onError: (error) => this.#handleError(error),
        onProgress: () => this.notifyListeners(),
      });
    }
    this.#results.delete(key);
    this.#results.set(key, result);
    if (this.#results.size > MAX_RESULTS) this.#results.delete(this.#results.keys().next().value!);
    this.#lastSort = sort;
    return result;
  }

  count(listQuery: ListQuery): MaybePromise<number> {
    return this.#attempt(() => {
      const newest = this.#newest(listQuery, this.#lastSort);
      if (newest) return newest.count(listQuery.until ?? END_OF_TIME);
      return this.#result(listQuery, this.#lastSort).count();
    });
  }

  countNewer({ query, until = END_OF_TIME, ids }: ListQuery): MaybePromise<number> {
    if (ids) return 0;
    return this.#attempt(() => {
      const { sql, values } = conditionOf(query, this.#reader.now());
      return this.#reader.countBetween(until, END_OF_TIME, sql, values);
    });
  }

  page(listQuery: ListQuery, sort: Sort, offset: number, limit: number): MaybePromise<Summary[]> {
    return this.#attempt(() => {
      const newest = this.#newest(listQuery, sort);
      if (newest) {
        this.#lastSort = sort;
        return newest.page(listQuery.until ?? END_OF_TIME, offset, limit);
      }
      const seqs = this.#result(listQuery, sort).seqs(offset, limit);
      return seqs instanceof Promise
        ? seqs.then((found) => this.#reader.rows(found))
        : this.#reader.rows(seqs);
    });
  }

  position(listQuery: ListQuery, sort: Sort, id: string): MaybePromise<number> {
    return this.#attempt(() => {
      const newest = this.#newest(listQuery, sort);
      if (newest) return newest.position(id, listQuery.until ?? END_OF_TIME);
      const seq = this.#reader.positionInTime(id)?.seq;
      return seq === undefined ? -1 : this.#result(listQuery, sort).position(seq);
    });
  }

  routes({ query, until = END_OF_TIME }: ListQuery): MaybePromise<RouteRow[]> {
    const key = JSON.stringify([query, until]);
    if (this.#routes?.key !== key) {
      this.#routes?.result.stop();
      const result = new RouteResult(this.#reader, query, until, {
        onError: (error) => this.#handleError(error),
        onProgress: () => this.notifyListeners(),
      });
      this.#routes = { key, result };
    }
    return this.#routes.result.rows();
  }

  find(id: string): MaybePromise<Trace | undefined> {
    return this.#attempt(() => this.#reader.find(id));
  }

  headlines(ids: string[]): MaybePromise<Headlines> {
    return this.#attempt(() => {
      const found: Headlines = {};
      for (const id of ids) {
        const trace = this.#reader.find(id);
        const headline = trace && headlineOf(trace);
        if (headline) found[id] = headline;
      }
      return found;
    });
  }

  children(id: string): MaybePromise<Summary[]> {
    return this.#attempt(() => this.#reader.children(id, MAX_CHILDREN));
  }

  history(key: string): MaybePromise<StatementPoint[]> {
    return this.#attempt(() => statementPoints(this.#reader.history(key, HISTORY_REQUESTS)));
  }

  source(hash: string): MaybePromise<SourceText | undefined> {
    return this.#attempt(() => this.#reader.source(hash));
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#routes?.result.stop();
    for (const result of this.#results.values()) result.stop();
    this.#listeners.clear();
    this.#reader.close();
  }
}

/**
 * Feed over any store, such as one on another machine: it holds the summaries of the newest requests,
 * follows the store, and leaves to it what summaries do not tell.
 */

import { isProcessAlive } from '../control/process-alive.js';
import { type FilterQuery, queryNeedsTrace } from '../domain/filter.js';
import { binsOf, bucketOf, percentile } from '../domain/histogram.js';
import { hasRepeatedCalls, isFailed, queriesOf, queryTimeOf } from '../domain/request.js';
import { routeNameOf } from '../domain/route.js';
import { isRoutine } from '../domain/routine.js';
import type { SourceText } from '../domain/site.js';
import type { AppInfo, Summary, Trace } from '../domain/trace.js';
import { headlineOf } from '../insight/headline.js';
import { matchesQuery } from '../store/filter-match.js';
import type { StoreChanges, StoreReader } from '../store/store.js';
import type {
  FeedStatus,
  Headlines,
  ListQuery,
  ListStats,
  MaybePromise,
  RouteRow,
  Sort,
  StoredFeed,
} from './feed.js';
import { RouteRows } from './route-rows.js';

/** Requests that the browser lists of such a store. */
const MAX_HELD = 10_000;
/** Newest requests that the header's statistics are of. */
const STATS_REQUESTS = 1000;
const MAX_CHILDREN = 300;
/** ms that one question for changes waits, and that a store which fails is left alone. */
const FOLLOW_MS = 2000;
/** Answers of the store on filters that are kept until the next change. */
const MAX_ANSWERS = 8;

const SORT_KEYS: Record<Exclude<Sort['by'], 'time'>, (summary: Summary) => number | string> = {
  duration: ({ duration = 0 }) => duration,
  queries: queriesOf,
  qtime: queryTimeOf,
  win: ({ win = 0 }) => win,
  status: ({ status = 0 }) => status,
  path: ({ url }) => url,
};

/** Read-only feed of at most 10,000 requests; works without a running app. */
export class SummaryFeed implements StoredFeed {
  readonly #store: StoreReader;
  #mark: string;
  /** Newest first. */
  #held: Summary[];
  #app: AppInfo | undefined;
  #trouble: string | undefined;
  #isClosed = false;
  readonly #answers = new Map<string, Promise<Summary[]>>();
  readonly #listeners = new Set<() => void>();

  /** Reads the newest requests of a store, and follows it from there. Rejects with its error. */
  static async open(store: StoreReader): Promise<SummaryFeed> {
    const { mark } = await store.changes(undefined, 0);
    const feed = new SummaryFeed(store, mark, await store.recent({}, MAX_HELD));
    await feed.#readApp();
    void feed.#follow();
    return feed;
  }

  private constructor(store: StoreReader, mark: string, held: Summary[]) {
    this.#store = store;
    this.#mark = mark;
    this.#held = held;
  }

  forget(): void {
    this.#held = [];
    this.#answers.clear();
  }

  notifyListeners(): void {
    for (const listener of this.#listeners) listener();
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async #follow(): Promise<void> {
    while (!this.#isClosed) {
      try {
        const changes = await this.#store.changes(this.#mark, FOLLOW_MS);
        if (changes.mark !== this.#mark || this.#trouble !== undefined) await this.#update(changes);
      } catch (error) {
        if (this.#isClosed) return;
        this.#trouble = (error as Error).message;
        this.notifyListeners();
        await new Promise((resolve) => setTimeout(resolve, FOLLOW_MS).unref());
      }
    }
  }

  async #update({ mark, ids }: StoreChanges): Promise<void> {
    // After a failure it is unknown what was missed.
    if (ids === undefined || this.#trouble !== undefined) this.#held = await this.#store.recent({}, MAX_HELD);
    else this.#add(await this.#store.summaries(ids));
    this.#mark = mark;
    this.#trouble = undefined;
    this.#answers.clear();
    await this.#readApp();
    this.notifyListeners();
  }

  #add(changed: Summary[]): void {
    const ids = new Set(changed.map(({ id }) => id));
    const rows = [...[...changed].reverse(), ...this.#held.filter(({ id }) => !ids.has(id))];
    this.#held = rows.sort((a, b) => b.start - a.start).slice(0, MAX_HELD);
  }

  async #readApp(): Promise<void> {
    const [newest] = this.#held;
    if (newest !== undefined) this.#app = (await this.#store.find(newest.id))?.app ?? this.#app;
  }

  status(): FeedStatus {
    const app = this.#app;
    return {
      live: app?.pid !== undefined && isProcessAlive(app.pid),
      place: this.#store.place,
      ...(app && { app }),
      ...(this.#trouble !== undefined && { trouble: this.#trouble }),
    };
  }

  stats(): ListStats {
    const listed = this.#held.filter((summary) => !isRoutine(summary));
    const routine = this.#held.length - listed.length;
    const rows = listed.slice(0, STATS_REQUESTS);
    const times = rows.flatMap(({ duration }) => duration ?? []);
    const bins = binsOf(times);
    return {
      total: listed.length,
      ...(routine > 0 && { routine }),
      ...(times.length > 0 && { p50: percentile(bins, 0.5), p95: percentile(bins, 0.95) }),
      errors: rows.length === 0 ? 0 : rows.filter(isFailed).length / rows.length,
      repeated: rows.filter(hasRepeatedCalls).length,
    };
  }

  count(listQuery: ListQuery): MaybePromise<number> {
    return then(this.#list(listQuery), (rows) => rows.length);
  }

  countNewer({ query, until = Infinity, ids }: ListQuery): MaybePromise<number> {
    if (ids) return 0;
    return then(this.#matches(query), (rows) => rows.filter(({ start }) => start > until).length);
  }

  page(listQuery: ListQuery, sort: Sort, offset: number, limit: number): MaybePromise<Summary[]> {
    return then(this.#list(listQuery), (rows) => sorted(rows, sort).slice(offset, offset + limit));
  }

  position(listQuery: ListQuery, sort: Sort, id: string): MaybePromise<number> {
    return then(this.#list(listQuery), (rows) => sorted(rows, sort).findIndex((row) => row.id === id));
  }

  routes(listQuery: ListQuery): MaybePromise<RouteRow[]> {
    return then(this.#list(listQuery), (rows) => {
      const routes = new RouteRows();
      for (const row of rows) routes.add(routeSliceOf(row));
      return routes.rows();
    });
  }

  find(id: string): Promise<Trace | undefined> {
    return this.#store.find(id);
  }

  async headlines(ids: string[]): Promise<Headlines> {
    const found: Headlines = {};
    for (const id of ids) {
      const trace = await this.#store.find(id);
      const headline = trace && headlineOf(trace);
      if (headline) found[id] = headline;
    }
    return found;
  }

  children(id: string): Promise<Summary[]> {
    return this.#store.children(id, MAX_CHILDREN);
  }

  source(hash: string): Promise<SourceText | undefined> {
    return this.#store.source(hash);
  }

  #list({ query, until = Infinity, ids }: ListQuery): MaybePromise<Summary[]> {
    const wanted = ids && new Set(ids);
    return then(this.#matches(query), (rows) =>
      rows.filter(({ start, id }) => start <= until && (wanted === undefined || wanted.has(id))),
    );
  }

  /** Held requests that match, newest first; the store is asked where a summary cannot tell. */
  #matches(query: FilterQuery): MaybePromise<Summary[]> {
    if (query.length === 0) return this.#held;
    if (queryNeedsTrace(query) || query.some((all) => all.some(({ field }) => field === 'text')))
      return this.#ask(query);
    const now = Date.now();
    const unused = (): never => {
      throw new Error('only terms on summaries are matched here');
    };
    return this.#held.filter((summary) =>
      matchesQuery(query, { summary, calls: unused, whole: unused }, now),
    );
  }

  #ask(query: FilterQuery): Promise<Summary[]> {
    const key = JSON.stringify(query);
    const known = this.#answers.get(key) ?? this.#store.recent({ query }, MAX_HELD);
    if (this.#answers.size >= MAX_ANSWERS) this.#answers.clear();
    this.#answers.set(key, known);
    return known;
  }

  close(): void {
    this.#isClosed = true;
    this.#listeners.clear();
    this.#store.close();
  }
}

function then<T, R>(value: MaybePromise<T>, work: (value: T) => R): MaybePromise<R> {
  return value instanceof Promise ? value.then(work) : work(value);
}

function sorted(rows: Summary[], { by, reverse }: Sort): Summary[] {
  if (by === 'time') return reverse ? [...rows].reverse() : rows;
  const keyOf = SORT_KEYS[by];
  const sign = by === 'path' ? 1 : -1;
  const keyed = rows.map((row) => ({ row, key: keyOf(row) }));
  keyed.sort((a, b) => (a.key < b.key ? -sign : a.key > b.key ? sign : b.row.start - a.row.start));
  const ordered = keyed.map(({ row }) => row);
  return reverse ? ordered.reverse() : ordered;
}

function routeSliceOf(summary: Summary) {
  const { method, duration } = summary;
  return {
    ...{ method, route: routeNameOf(summary), bucket: bucketOf(duration), count: 1 },
    total: Math.round((duration ?? 0) * 1000),
    errors: Number(isFailed(summary)),
    queries: queriesOf(summary),
    qtime: queryTimeOf(summary),
    win: summary.win ?? 0,
    repeated: Number(hasRepeatedCalls(summary)),
  };
}

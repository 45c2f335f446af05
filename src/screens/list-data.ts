/** Data of the request list: caches pages of rows and loads the visible pages from the feed. */

import type { Summary } from '../domain/trace.js';
import type { Feed, ListQuery, MaybePromise, RouteRow, Sort } from '../feed/feed.js';

/** Rows that are read at once. */
export const PAGE_ROWS = 100;
/** Cached pages; the least recently loaded page is evicted first. */
const MAX_PAGES = 24;

/** Runs `then` synchronously for a plain value, after the promise for a promised value. */
export function whenResolved<T>(
  result: MaybePromise<T>,
  then: (value: T) => void,
  failed: (error: unknown) => void,
): void {
  if (result instanceof Promise) result.then(then, failed);
  else then(result);
}

const ROUTE_KEYS: Record<Sort['by'], (row: RouteRow) => number | string> = {
  time: ({ count, mean }) => count * mean,
  duration: ({ p95 }) => p95,
  queries: ({ queries }) => queries,
  qtime: ({ qtime }) => qtime,
  win: ({ count, win }) => count * win,
  status: ({ errors }) => errors,
  path: ({ route }) => route,
};

/** Routes in the order of the list: largest first, names from A to Z; `time` is their whole time. */
function sortRoutes(rows: RouteRow[], { by, reverse }: Sort): RouteRow[] {
  const key = ROUTE_KEYS[by];
  const sign = (by === 'path') === reverse ? -1 : 1;
  const order = (a: RouteRow, b: RouteRow) => (key(a) < key(b) ? -sign : key(a) > key(b) ? sign : 0);
  return [...rows].sort(order);
}

export class ListData {
  count = 0;
  /** False while `count` is a lower bound, because the feed is still counting. */
  counted = true;
  /** Number of matching requests that started after the list stopped following. */
  fresh = 0;
  routes: RouteRow[] = [];
  /** False until the first rows are there. */
  loaded = false;
  /** True while the rows belong to the previous query. */
  stale = false;
  readonly #feed: Feed;
  readonly #changed: () => void;
  readonly #failed: (error: unknown) => void;
  #key = '';
  #query: ListQuery = { query: [] };
  #sort: Sort = { by: 'time', reverse: false };
  #byRoute = false;
  #pages = new Map<number, Summary[]>();
  readonly #requestedPages = new Set<number>();
  #round = 0;

  constructor(feed: Feed, changed: () => void, failed: (error: unknown) => void) {
    this.#feed = feed;
    this.#changed = changed;
    this.#failed = failed;
  }

  /** Sets the query and loads its first page; the old rows stay until then. False if unchanged. */
  setQuery(query: ListQuery, sort: Sort, byRoute: boolean): boolean {
    const key = JSON.stringify([query, sort, byRoute]);
    if (key === this.#key) return false;
    this.#key = key;
    this.#query = query;
    this.#sort = sort;
    this.#byRoute = byRoute;
    this.stale = true;
    this.counted = false;
    this.refresh(0, PAGE_ROWS);
    return true;
  }

  /** Reloads rows `from` to `to` and the counts after a change of the data. */
  refresh(from: number, to: number): void {
    const round = ++this.#round;
    this.#requestedPages.clear();
    const ifCurrent =
      <T>(apply: (value: T) => void) =>
      (value: T) => {
        if (round !== this.#round) return;
        apply(value);
        this.#changed();
      };
    if (this.#byRoute) {
      const apply = ifCurrent((rows: RouteRow[]) => {
        this.routes = sortRoutes(rows, this.#sort);
        this.count = rows.length;
        this.counted = true;
        this.loaded = true;
        this.stale = false;
      });
      whenResolved(this.#feed.routes(this.#query), apply, this.#failed);
      return;
    }
    const first = Math.floor(from / PAGE_ROWS);
    for (let page = first; page * PAGE_ROWS < Math.max(to, from + 1); page++)
      this.#fetch(page, page === first);
    whenResolved(
      this.#feed.count(this.#query),
      ifCurrent((count: number) => {
        this.count = count;
        this.counted = true;
      }),
      this.#failed,
    );
    if (this.#query.until === undefined) {
      this.fresh = 0;
      return;
    }
    whenResolved(
      this.#feed.countNewer(this.#query),
      ifCurrent((count: number) => (this.fresh = count)),
      this.#failed,
    );
  }

  #fetch(page: number, first: boolean): void {
    if (this.#requestedPages.has(page)) return;
    this.#requestedPages.add(page);
    const round = this.#round;
    const apply = (rows: Summary[]) => {
      if (round !== this.#round) return;
      if (first) this.#pages = new Map();
      this.#pages.delete(page);
      this.#pages.set(page, rows);
      if (this.#pages.size > MAX_PAGES) this.#pages.delete(this.#pages.keys().next().value!);
      if (this.stale) this.count = page * PAGE_ROWS + rows.length;
      this.loaded = true;
      this.stale = false;
      this.#changed();
    };
    whenResolved(this.#feed.page(this.#query, this.#sort, page * PAGE_ROWS, PAGE_ROWS), apply, this.#failed);
  }

  /** Loads the pages of rows `from` to `to`, and the next page when they end close to it. */
  loadRows(from: number, to: number): void {
    if (this.#byRoute || this.stale) return;
    const last = Math.ceil(this.count / PAGE_ROWS) - 1;
    for (
      let page = Math.floor(from / PAGE_ROWS);
      page <= Math.min(last, Math.floor((to + PAGE_ROWS / 4) / PAGE_ROWS));
      page++
    ) {
      if (!this.#pages.has(page)) this.#fetch(page, false);
    }
  }

  /** Row at an offset; undefined while its page is not loaded. */
  row(index: number): Summary | undefined {
    return this.#pages.get(Math.floor(index / PAGE_ROWS))?.[index % PAGE_ROWS];
  }

  /** Offset of a request among the loaded rows; -1 when it is not loaded. */
  indexOf(id: string): number {
    for (const [page, rows] of this.#pages) {
      const index = rows.findIndex((row) => row.id === id);
      if (index >= 0) return page * PAGE_ROWS + index;
    }
    return -1;
  }

  /** Queries the offset of a request; calls `found` if it matches and the query is unchanged. */
  locate(id: string, found: (index: number) => void): void {
    const key = this.#key;
    const then = (index: number) => {
      if (key === this.#key && index >= 0) found(index);
    };
    whenResolved(this.#feed.position(this.#query, this.#sort, id), then, this.#failed);
  }
}

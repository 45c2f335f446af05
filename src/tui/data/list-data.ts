/** The rows of the list that are in sight, out of however many there are: kept by the page, fetched as they are needed. */

import type { Summary } from '../../domain/trace.js';
import type { Feed, ListQuery, MaybePromise, RouteRow, Sort } from '../../feed/feed.js';

const PAGE = 100;
/** Pages kept; the ones used longest ago go first. */
const KEPT = 24;

/** Runs a continuation at once for an answer that is there, later for one that is not. */
export function whenAnswered<T>(
  answer: MaybePromise<T>,
  then: (value: T) => void,
  failed: (error: unknown) => void,
): void {
  if (answer instanceof Promise) answer.then(then, failed);
  else then(answer);
}

export class ListData {
  count = 0;
  /** False while only some are known, because the rest is still being looked for. */
  counted = true;
  /** Requests that came since the list was held. */
  fresh = 0;
  routes: RouteRow[] = [];
  /** True while what is shown belongs to the question before. */
  stale = false;
  readonly #feed: Feed;
  readonly #changed: () => void;
  readonly #failed: (error: unknown) => void;
  #key = '';
  #selection: ListQuery = { query: [] };
  #sort: Sort = { by: 'time', reverse: false };
  #byRoute = false;
  #pages = new Map<number, Summary[]>();
  #asked = new Set<number>();
  #round = 0;

  constructor(feed: Feed, changed: () => void, failed: (error: unknown) => void) {
    this.#feed = feed;
    this.#changed = changed;
    this.#failed = failed;
  }

  /** Asks another question; what is shown stays until its answer is there. Answers whether it is another one. */
  ask(selection: ListQuery, sort: Sort, byRoute: boolean): boolean {
    const key = JSON.stringify([selection, sort, byRoute]);
    if (key === this.#key) return false;
    this.#key = key;
    this.#selection = selection;
    this.#sort = sort;
    this.#byRoute = byRoute;
    this.stale = true;
    this.counted = false;
    this.refresh(0, PAGE);
    return true;
  }

  /** Asks the same question again, because the data changed, for the rows in sight. */
  refresh(from: number, to: number): void {
    const round = ++this.#round;
    this.#asked.clear();
    const current = () => round === this.#round;
    const then =
      <T>(take: (value: T) => void) =>
      (value: T) => {
        if (!current()) return;
        take(value);
        this.#changed();
      };
    if (this.#byRoute) {
      const take = then((rows: RouteRow[]) => {
        this.routes = rows;
        this.count = rows.length;
        this.counted = true;
        this.stale = false;
      });
      whenAnswered(this.#feed.routes(this.#selection), take, this.#failed);
      return;
    }
    const first = Math.floor(from / PAGE);
    for (let page = first; page * PAGE < Math.max(to, from + 1); page++) this.#fetch(page, page === first);
    whenAnswered(
      this.#feed.count(this.#selection),
      then((count: number) => {
        this.count = count;
        this.counted = true;
      }),
      this.#failed,
    );
    if (this.#selection.until === undefined) {
      this.fresh = 0;
      return;
    }
    whenAnswered(
      this.#feed.countNewer(this.#selection),
      then((count: number) => (this.fresh = count)),
      this.#failed,
    );
  }

  #fetch(page: number, first: boolean): void {
    if (this.#asked.has(page)) return;
    this.#asked.add(page);
    const round = this.#round;
    const take = (rows: Summary[]) => {
      if (round !== this.#round) return;
      if (first) this.#pages = new Map();
      this.#pages.delete(page);
      this.#pages.set(page, rows);
      if (this.#pages.size > KEPT) this.#pages.delete(this.#pages.keys().next().value!);
      if (this.stale) this.count = page * PAGE + rows.length;
      this.stale = false;
      this.#changed();
    };
    whenAnswered(this.#feed.page(this.#selection, this.#sort, page * PAGE, PAGE), take, this.#failed);
  }

  /** Sees to it that the rows from `from` up to `to` are here, and a page around them soon. */
  want(from: number, to: number): void {
    if (this.#byRoute || this.stale) return;
    const last = Math.ceil(this.count / PAGE) - 1;
    for (
      let page = Math.floor(from / PAGE);
      page <= Math.min(last, Math.floor((to + PAGE / 4) / PAGE));
      page++
    ) {
      if (!this.#pages.has(page)) this.#fetch(page, false);
    }
  }

  /** Answers the row at an offset, if it is here. */
  row(index: number): Summary | undefined {
    return this.#pages.get(Math.floor(index / PAGE))?.[index % PAGE];
  }

  /** Answers at which offset a request stands among the rows that are here; -1 if it is not among them. */
  indexOf(id: string): number {
    for (const [page, rows] of this.#pages) {
      const at = rows.findIndex((row) => row.id === id);
      if (at >= 0) return page * PAGE + at;
    }
    return -1;
  }

  /** Asks where a request stands under the present question. */
  locate(id: string, found: (index: number) => void): void {
    const key = this.#key;
    const then = (index: number) => {
      if (key === this.#key && index >= 0) found(index);
    };
    whenAnswered(this.#feed.position(this.#selection, this.#sort, id), then, this.#failed);
  }
}

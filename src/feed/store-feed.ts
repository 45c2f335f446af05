/** A feed over the store: indexed where an index answers, in slices where none does, live by looking whether the file changed. */

import { isProcessAlive } from '../control/process-alive.js';
import { queryNeedsTrace } from '../domain/filter.js';
import { binsOf, percentile } from '../domain/histogram.js';
import type { SourceText } from '../domain/site.js';
import type { AppInfo, Summary, Trace } from '../domain/trace.js';
import { conditionOf } from '../store/filter-sql.js';
import type { PageReader } from '../store/page-reader.js';
import type { Feed, FeedStatus, ListQuery, ListStats, MaybePromise, RouteRow, Sort } from './feed.js';
import { EVER, FilterResult } from './filter-result.js';
import { NewestPage } from './newest-page.js';
import { RouteRows } from './route-rows.js';
import { AdaptiveSlices, TurnQueue } from './time-slicing.js';

/** Requests that the header's figures are of. */
const FIGURES = 1000;
/** Results of filters that are kept, the last ones used. */
const KEPT = 3;
/** ms between two looks at whether the file changed: while it changes, and when it rests. */
const BUSY = 100;
const IDLE = 500;
/** ms that results are good for while the file changes. */
const RENEW = 500;

export class StoreFeed implements Feed {
  readonly #reader: PageReader;
  readonly #newest: NewestPage;
  readonly #place: string;
  readonly #results = new Map<string, FilterResult>();
  readonly #listeners = new Set<() => void>();
  readonly #routes: TurnQueue;
  #version: number;
  #timer: NodeJS.Timeout | undefined;
  #renewed = 0;
  #changedAt = 0;
  #trouble: string | undefined;
  #status: { at: number; status: FeedStatus } | undefined;
  /** As it stood when that was last looked at. */
  #told: Pick<FeedStatus, 'live' | 'trouble'> = { live: false };

  constructor(reader: PageReader, place: string) {
    this.#reader = reader;
    this.#place = place;
    this.#newest = new NewestPage(reader);
    this.#routes = new TurnQueue((error) => this.#failed(error));
    this.#version = reader.version();
  }

  #failed(error: unknown): void {
    this.#troubledBy(error);
    this.changed();
  }

  #troubledBy(error: unknown): void {
    this.#trouble = error instanceof Error ? error.message : String(error);
  }

  /** Answers what the store answers; where it cannot be read, that is told, and what is shown stays as it is. */
  #ask<T>(work: () => MaybePromise<T>): MaybePromise<T> {
    try {
      return work();
    } catch (error) {
      this.#troubledBy(error);
      return Promise.reject(error);
    }
  }

  /** Tells whoever listens that there is something else to show. */
  protected changed(): void {
    for (const listener of this.#listeners) listener();
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    this.#told = this.status();
    if (!this.#timer) this.#watch(IDLE);
    return () => this.#listeners.delete(listener);
  }

  #watch(wait: number): void {
    this.#timer = setTimeout(() => {
      const before = this.#version;
      const { live, trouble } = this.#told;
      try {
        this.#version = this.#reader.version();
        // What was being looked for when it could not be read is looked for again.
        if (trouble !== undefined) this.#results.clear();
        this.#trouble = undefined;
      } catch (error) {
        this.#troubledBy(error);
      }
      const now = performance.now();
      if (before !== this.#version) {
        this.#changedAt = now;
        this.#renew(now);
      }
      this.#told = this.status();
      if (before !== this.#version || live !== this.#told.live || trouble !== this.#told.trouble)
        this.changed();
      this.#watch(now - this.#changedAt < 5000 ? BUSY : IDLE);
    }, wait);
  }

  #renew(now: number): void {
    if (now - this.#renewed < RENEW) return;
    this.#renewed = now;
    for (const result of this.#results.values()) result.renew();
  }

  /** Answers how the app stands, by what the newest request says of it. */
  status(): FeedStatus {
    const now = performance.now();
    if (this.#status && now - this.#status.at < 1000) return { ...this.#status.status, ...this.#troubled() };
    const app = this.#app() ?? this.#status?.status.app;
    const status: FeedStatus = {
      live: app?.pid !== undefined && isProcessAlive(app.pid),
      place: this.#place,
      ...(app ? { app } : {}),
    };
    this.#status = { at: now, status };
    return { ...status, ...this.#troubled() };
  }

  #app(): AppInfo | undefined {
    try {
      const [newest] = this.#reader.newest(EVER, undefined, 0, 1, false);
      // A request that never reached the app does not know it.
      return newest && this.#reader.find(newest.row.id)?.app;
    } catch (error) {
      this.#troubledBy(error);
      return undefined;
    }
  }

  #troubled(): Pick<FeedStatus, 'trouble'> {
    return this.#trouble === undefined ? {} : { trouble: this.#trouble };
  }

  stats(): MaybePromise<ListStats> {
    return this.#ask(() => this.#figures());
  }

  #figures(): ListStats {
    const rows = this.#reader.figures(FIGURES);
    const times = rows.flatMap(({ duration }) => duration ?? []);
    const bins = binsOf(times);
    const [p50, p95] = times.length > 0 ? [percentile(bins, 0.5), percentile(bins, 0.95)] : [];
    return {
      total: this.#newest.count(EVER),
      ...(p50 === undefined ? {} : { p50 }),
      ...(p95 === undefined ? {} : { p95 }),
      errors: rows.length === 0 ? 0 : rows.filter(({ failed }) => failed).length / rows.length,
      repeated: rows.filter(({ repeated }) => repeated).length,
    };
  }

  /** Answers the result of a filter or an order; undefined where the index has it. */
  #result({ query, until = EVER, ids }: ListQuery, sort: Sort): FilterResult | undefined {
    if (query.length === 0 && !ids && sort.by === 'time' && !sort.reverse) return undefined;
    const key = JSON.stringify([query, until, ids, sort]);
    let result = this.#results.get(key);
    if (!result) {
      // Only the last one asked for goes on: nobody waits for the others any more.
      for (const other of this.#results.values()) if (!other.complete) other.stop();
      for (const [old, other] of this.#results) if (!other.complete) this.#results.delete(old);
      result = new FilterResult(this.#reader, query, sort, until, ids, {
        failed: (error) => this.#failed(error),
        progress: () => this.changed(),
      });
    }
    this.#results.delete(key);
    this.#results.set(key, result);
    if (this.#results.size > KEPT) this.#results.delete(this.#results.keys().next().value!);
    this.#last = sort;
    return result;
  }

  #last: Sort = { by: 'time', reverse: false };

  count(selection: ListQuery): MaybePromise<number> {
    return this.#ask(() => {
      const result = this.#result(selection, this.#last);
      return result ? result.count() : this.#newest.count(selection.until ?? EVER);
    });
  }

  fresh({ query, until = EVER, ids }: ListQuery): MaybePromise<number> {
    if (ids) return 0;
    if (query.length === 0) return this.#ask(() => this.#reader.countBetween(until, EVER));
    return this.#ask(
      () => this.#reader.slice(until + 0.001, EVER, conditionOf(query, this.#reader.now()), '0').length,
    );
  }

  page(selection: ListQuery, sort: Sort, offset: number, limit: number): MaybePromise<Summary[]> {
    return this.#ask(() => {
      const result = this.#result(selection, sort);
      if (!result) {
        this.#last = sort;
        return this.#newest.page(selection.until ?? EVER, offset, limit);
      }
      const seqs = result.seqs(offset, limit);
      return seqs instanceof Promise
        ? seqs.then((found) => this.#reader.rows(found))
        : this.#reader.rows(seqs);
    });
  }

  position(selection: ListQuery, sort: Sort, id: string): MaybePromise<number> {
    return this.#ask(() => {
      const result = this.#result(selection, sort);
      if (!result) return this.#reader.position(id, selection.until ?? EVER);
      const seq = this.#reader.markOf(id)?.seq;
      return seq === undefined ? -1 : result.position(seq);
    });
  }

  routes({ query, until = EVER }: ListQuery): Promise<RouteRow[]> {
    const found = new RouteRows();
    const slices = new AdaptiveSlices(
      (before, size) => this.#reader.boundary(before, size),
      Math.min(EVER, until + 0.001),
      Number.NEGATIVE_INFINITY,
      queryNeedsTrace(query),
    );
    const where = conditionOf(query, this.#reader.now());
    return new Promise((resolve) => {
      this.#routes.run(() => {
        const more = slices.next((from, before) => {
          for (const sum of this.#reader.sliceByRoute(from, before, where)) found.add(sum);
        });
        if (!more) resolve(found.rows());
        return more;
      });
    });
  }

  find(id: string): MaybePromise<Trace | undefined> {
    return this.#ask(() => this.#reader.find(id));
  }

  source(hash: string): MaybePromise<SourceText | undefined> {
    return this.#ask(() => this.#reader.source(hash));
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#routes.stop();
    for (const result of this.#results.values()) result.stop();
    this.#listeners.clear();
    this.#reader.close();
  }
}

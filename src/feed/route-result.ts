/** List by route: totals of all requests, kept up to date by the newest requests alone. */

import { type FilterQuery, queryNeedsTrace } from '../domain/filter.js';
import { conditionOf } from '../store/filter-sql.js';
import type { PageReader } from '../store/page-reader.js';
import type { RouteRow } from './feed.js';
import { CHANGE_WINDOW_MS, END_OF_TIME } from './filter-result.js';
import { RouteRows } from './route-rows.js';
import { AdaptiveSlices, TurnQueue } from './time-slicing.js';

/** ms between two reports of a partial result. */
const PROGRESS_MS = 60;
/** ms after which all requests are added up again: some have expired meanwhile. */
const MAX_AGE_MS = 300_000;

/** A scan by route; rows are served while it runs. */
export class RouteResult {
  /** Requests that change no more: those that began before `#edge`. */
  #settled = new RouteRows();
  /** Requests that began at `#edge` or later. */
  #fresh = new RouteRows();
  /** Epoch ms. */
  #edge = Number.NEGATIVE_INFINITY;
  #complete = false;
  /** True when the database has changed since the last scan began. */
  #isStale = false;
  /** True when rows were read since the last scan began: a list that is not shown is not scanned. */
  #isRead = false;
  #beganAt = 0;
  /** True once rows were there to be shown. */
  #hasReported = false;
  #reportedAt = performance.now();
  #waiters: (() => void)[] = [];
  readonly #reader: PageReader;
  readonly #query: FilterQuery;
  readonly #until: number;
  readonly #turns: TurnQueue;
  readonly #onProgress: () => void;

  constructor(
    reader: PageReader,
    query: FilterQuery,
    until: number,
    { onError, onProgress }: { onError: (error: unknown) => void; onProgress: () => void },
  ) {
    this.#reader = reader;
    this.#query = query;
    this.#until = until;
    this.#onProgress = onProgress;
    this.#turns = new TurnQueue((error) => {
      this.#wakeWaiters();
      onError(error);
    });
    this.#run(this.#scanAll());
  }

  #run(work: Generator<void, void>): void {
    this.#turns.run(() => work.next().done !== true);
  }

  /** Adds up the requests from one instant to before another (epoch ms), newest first. */
  *#scan(from: number, before: number, ...totals: RouteRows[]): Generator<void, void> {
    const slices = new AdaptiveSlices(
      (end, size) => this.#reader.boundary(end, size),
      before,
      from,
      queryNeedsTrace(this.#query),
    );
    const where = conditionOf(this.#query, this.#reader.now());
    let hasMore = true;
    while (hasMore) {
      hasMore = slices.next((start, end) => {
        for (const slice of this.#reader.sliceByRoute(start, end, where))
          for (const total of totals) total.add(slice);
      });
      this.#report();
      yield;
    }
  }

  #end(): number {
    return Math.min(END_OF_TIME, this.#until + 0.001);
  }

  /** Start (epoch ms) from which requests may still change. */
  #newEdge(): number {
    return Math.min(this.#end(), this.#reader.now() - CHANGE_WINDOW_MS);
  }

  *#scanAll(): Generator<void, void> {
    const [edge, settled, fresh] = [this.#newEdge(), new RouteRows(), new RouteRows()];
    this.#beganAt = performance.now();
    // Without rows so far, those of the running scan are shown.
    if (!this.#complete) [this.#settled, this.#fresh] = [settled, fresh];
    yield* this.#scan(edge, this.#end(), fresh);
    yield* this.#scan(Number.NEGATIVE_INFINITY, edge, settled);
    [this.#settled, this.#fresh, this.#edge] = [settled, fresh, edge];
    this.#finish();
  }

  *#scanNewest(): Generator<void, void> {
    const [edge, fresh, moved] = [this.#newEdge(), new RouteRows(), new RouteRows()];
    yield* this.#scan(edge, this.#end(), fresh);
    if (edge > this.#edge) yield* this.#scan(this.#edge, edge, moved);
    this.#settled.addAll(moved);
    [this.#fresh, this.#edge] = [fresh, Math.max(edge, this.#edge)];
    this.#finish();
  }

  #finish(): void {
    this.#complete = true;
    this.#wakeWaiters();
    this.#onProgress();
    // After this turn: the scan that has finished is still in the queue.
    if (this.#isStale) queueMicrotask(() => this.rescanNewest());
  }

  #report(): void {
    const now = performance.now();
    if (this.#complete || now - this.#reportedAt < PROGRESS_MS) return;
    if (this.#settled.isEmpty && this.#fresh.isEmpty) return;
    this.#reportedAt = now;
    this.#hasReported = true;
    this.#wakeWaiters();
    this.#onProgress();
  }

  #wakeWaiters(): void {
    for (const wake of this.#waiters.splice(0)) wake();
  }

  /** Adds up the newest requests again, after the database changed; a scan that runs goes on first. */
  rescanNewest(): void {
    if (this.#until !== END_OF_TIME) return;
    if (!this.#isRead || this.#turns.isBusy) {
      this.#isStale = true;
      return;
    }
    this.#isStale = false;
    this.#isRead = false;
    const isOld = !this.#complete || performance.now() - this.#beganAt > MAX_AGE_MS;
    this.#run(isOld ? this.#scanAll() : this.#scanNewest());
  }

  /** Rows so far; the first ones are waited for, and in a small store all of them. */
  rows(): RouteRow[] | Promise<RouteRow[]> {
    const all = () => this.#settled.with(this.#fresh).rows();
    this.#isRead = true;
    if (this.#isStale && !this.#turns.isBusy) this.rescanNewest();
    if (this.#complete || this.#hasReported) return all();
    return new Promise<void>((resolve) => this.#waiters.push(resolve)).then(all);
  }

  stop(): void {
    this.#turns.stop();
    this.#wakeWaiters();
  }
}

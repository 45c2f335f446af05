/** Schedules refreshes: rows after changes of the feed, figures and ages by timer. */

import type { Feed, ListStats } from '../../feed/feed.js';
import { whenResolved } from '../../screens/list-data.js';
import type { Timers } from './timers.js';

/** Minimum intervals between two refreshes of rows, figures and app output. */
const ROWS_MS = 100;
const STATS_MS = 1000;
const OUTPUT_MS = 50;

/** Part of the browser that the clock refreshes. */
export interface RefreshTarget {
  isFrozen(): boolean;
  /** Start of the first visible request (epoch ms). */
  newestStart(): number | undefined;
  /** Reloads the visible rows and the shown request. */
  reload(): void;
  changed(): void;
}

export class RefreshClock {
  stats: ListStats | undefined;
  /** Epoch ms of the newest refresh; ages are relative to it. */
  now: number;
  readonly #feed: Feed;
  readonly #target: RefreshTarget;
  readonly #timers: Timers;
  readonly #clock: () => number;
  readonly #stops: (() => void)[];
  #rowsAt = 0;
  #statsAt = 0;

  constructor(feed: Feed, target: RefreshTarget, timers: Timers, clock: () => number) {
    this.#feed = feed;
    this.#target = target;
    this.#timers = timers;
    this.#clock = clock;
    this.now = clock();
    this.#stops = [feed.subscribe(() => this.#scheduleRows())];
    const { output } = feed;
    if (output) this.#stops.push(output.subscribe(() => this.#scheduleOutput()));
  }

  /** Loads the figures and starts the timer of the ages. */
  start(): void {
    this.#loadStats();
    this.#scheduleAges();
  }

  /** Refreshes the rows after a change of the feed, at most once per ROWS_MS. */
  #scheduleRows(): void {
    if (this.#target.isFrozen()) return;
    const wait = Math.max(0, this.#rowsAt + ROWS_MS - this.#clock());
    this.#timers.schedule('rows', wait, () => {
      this.#rowsAt = this.#clock();
      this.now = this.#rowsAt;
      this.#target.reload();
      this.#loadStats();
      this.#scheduleAges();
      this.#target.changed();
    });
  }

  #scheduleOutput(): void {
    this.#timers.schedule('output', OUTPUT_MS, () => {
      if (!this.#target.isFrozen()) this.#target.changed();
    });
  }

  /** Redraws ages as they change: per second in the first minute, then per minute for an hour. */
  #scheduleAges(): void {
    const age = this.#clock() - (this.#target.newestStart() ?? Number.NEGATIVE_INFINITY);
    const wait = age < 60_000 ? 1000 : age < 3_600_000 ? 60_000 : undefined;
    if (wait === undefined) return;
    const redraw = () => {
      if (!this.#target.isFrozen()) this.now = this.#clock();
      this.#scheduleAges();
      this.#target.changed();
    };
    this.#timers.schedule('age', wait, redraw, true);
  }

  #loadStats(): void {
    const wait = this.#statsAt + STATS_MS - this.#clock();
    if (wait > 0) {
      this.#timers.schedule('stats', wait, () => this.#loadStats());
      return;
    }
    this.#statsAt = this.#clock();
    const apply = (stats: ListStats) => {
      this.stats = stats;
      this.#target.changed();
    };
    whenResolved(this.#feed.stats(), apply, () => {});
  }

  stop(): void {
    for (const stop of this.#stops) stop();
  }
}

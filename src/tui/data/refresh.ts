/** When what is shown is looked at again: the rows when the feed has changed, the figures and the ages now and then. */

import type { Feed, ListStats } from '../../feed/feed.js';
import { whenAnswered } from './list-data.js';
import type { Timers } from './timers.js';

/** ms between two looks at data that keeps changing. */
const LOOK = 100;
const STATS = 1000;
const OUTPUT = 50;

/** What the clockwork asks of the browser. */
export interface RefreshTarget {
  /** Nothing moves. */
  frozen(): boolean;
  /** Answers when the first request in sight began (epoch ms). */
  newest(): number | undefined;
  /** Looks at the rows and at the request again. */
  again(): void;
  changed(): void;
}

export class RefreshClock {
  stats: ListStats | undefined;
  /** Epoch ms of the newest look. */
  now: number;
  readonly #feed: Feed;
  readonly #shown: RefreshTarget;
  readonly #timers: Timers;
  readonly #clock: () => number;
  readonly #stops: (() => void)[];
  #looked = 0;
  #statsAt = 0;

  constructor(feed: Feed, shown: RefreshTarget, timers: Timers, clock: () => number) {
    this.#feed = feed;
    this.#shown = shown;
    this.#timers = timers;
    this.#clock = clock;
    this.now = clock();
    this.#stops = [feed.subscribe(() => this.#look())];
    const { output } = feed;
    if (output) this.#stops.push(output.subscribe(() => this.#printed()));
  }

  /** Asks for the figures, and tells ages from now on. */
  start(): void {
    this.#figures();
    this.#grow();
  }

  /** The feed has changed: looks again, but not more often than a person can follow. */
  #look(): void {
    if (this.#shown.frozen()) return;
    const wait = Math.max(0, this.#looked + LOOK - this.#clock());
    this.#timers.later('look', wait, () => {
      this.#looked = this.#clock();
      this.now = this.#looked;
      this.#shown.again();
      this.#figures();
      this.#grow();
      this.#shown.changed();
    });
  }

  #printed(): void {
    this.#timers.later('output', OUTPUT, () => {
      if (!this.#shown.frozen()) this.#shown.changed();
    });
  }

  /** Ages are told anew when the youngest in sight has changed: each second at first, not at all after an hour. */
  #grow(): void {
    const age = this.#clock() - (this.#shown.newest() ?? Number.NEGATIVE_INFINITY);
    const wait = age < 60_000 ? 1000 : age < 3_600_000 ? 60_000 : undefined;
    if (wait === undefined) return;
    const tell = () => {
      if (!this.#shown.frozen()) this.now = this.#clock();
      this.#grow();
      this.#shown.changed();
    };
    this.#timers.later('age', wait, tell, true);
  }

  #figures(): void {
    const due = this.#statsAt + STATS - this.#clock();
    if (due > 0) {
      this.#timers.later('figures', due, () => this.#figures());
      return;
    }
    this.#statsAt = this.#clock();
    const take = (stats: ListStats) => {
      this.stats = stats;
      this.#shown.changed();
    };
    whenAnswered(this.#feed.stats(), take, () => {});
  }

  stop(): void {
    for (const stop of this.#stops) stop();
  }
}

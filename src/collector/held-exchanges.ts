/**
 * Exchanges that are kept only with calls, held back from the collector until it has read one: most are
 * files without any, and to report each costs as much as to proxy it.
 */

import type { HeldExchange } from '../proxy/observer.js';

/** ms after its end in which the collector reads the lines of a request. */
const HELD_MS = 2000;
const MAX_HELD = 5000;

/** The held exchanges, the oldest first. */
export class HeldExchanges {
  readonly #held = new Map<string, { exchange: HeldExchange; ended: number }>();
  readonly #onDropped: (count: number) => void;
  #timer: NodeJS.Timeout | undefined;

  /** `onDropped` hears of exchanges that have made no call. */
  constructor(onDropped: (count: number) => void) {
    this.#onDropped = onDropped;
  }

  hold(exchange: HeldExchange): void {
    this.#held.set(exchange.id, { exchange, ended: Number.POSITIVE_INFINITY });
    if (this.#held.size > MAX_HELD) this.#drop(1);
  }

  /** The exchange has ended: it is dropped a while later. */
  ended(id: string): void {
    const held = this.#held.get(id);
    if (held === undefined) return;
    // Behind those that have ended before.
    this.#held.delete(id);
    this.#held.set(id, { exchange: held.exchange, ended: performance.now() });
    this.#timer ??= setTimeout(() => this.#sweep(), HELD_MS).unref();
  }

  /** Reports an exchange, as it has made a call or failed. */
  release(id: string): void {
    const held = this.#held.get(id);
    if (held === undefined) return;
    this.#held.delete(id);
    held.exchange.release();
  }

  /** Reports all: the run is over, and the collector decides by what it then reads. */
  releaseAll(): void {
    clearTimeout(this.#timer);
    for (const id of [...this.#held.keys()]) this.release(id);
  }

  #sweep(): void {
    this.#timer = undefined;
    const until = performance.now() - HELD_MS / 2;
    const old = [...this.#held.values()].filter(({ ended }) => ended <= until);
    for (const { exchange } of old) this.#held.delete(exchange.id);
    if (old.length > 0) this.#onDropped(old.length);
    if ([...this.#held.values()].some(({ ended }) => ended < Number.POSITIVE_INFINITY))
      this.#timer = setTimeout(() => this.#sweep(), HELD_MS).unref();
  }

  #drop(count: number): void {
    for (const id of [...this.#held.keys()].slice(0, count)) this.#held.delete(id);
    if (count > 0) this.#onDropped(count);
  }
}

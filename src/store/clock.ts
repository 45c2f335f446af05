/** Wall clock, which may jump, and monotonic clock of a store. */

import { performance } from 'node:perf_hooks';

/** Clocks of a store; tests replace them. */
export interface Clock {
  /** Epoch ms; may jump. */
  now(): number;
  /** Monotonic ms since an arbitrary instant. */
  steady(): number;
}

export const systemClock: Clock = { now: () => Date.now(), steady: () => performance.now() };

/**
 * Clock (epoch ms) that decides which expired traces may be deleted. It starts at the last write of
 * the store and advances with the monotonic clock: when the wall clock jumps ahead, old traces are
 * hidden, but not deleted.
 */
export function deletionClock(clock: Clock, lastWritten: number | undefined): () => number {
  const from = lastWritten ?? clock.now();
  const openedAt = clock.steady();
  return () => Math.min(clock.now(), from + clock.steady() - openedAt);
}

/** Two clocks: the wall's, which may jump, for what is written down, and a steady one for how long something took. */

import { performance } from 'node:perf_hooks';

/** Where a store takes its time from; both answer ms. */
export interface Clock {
  /** Epoch ms; may jump. */
  now(): number;
  /** ms since some instant; never jumps. */
  steady(): number;
}

export const systemClock: Clock = { now: () => Date.now(), steady: () => performance.now() };

/**
 * Answers the instant up to which expired data may be deleted. It starts where the store was last written and goes on
 * at the pace of the steady clock: a wall clock that jumps ahead hides old traces, it does not destroy them.
 */
export function deletionClock(clock: Clock, lastWritten: number | undefined): () => number {
  const from = lastWritten ?? clock.now();
  const opened = clock.steady();
  return () => Math.min(clock.now(), from + clock.steady() - opened);
}

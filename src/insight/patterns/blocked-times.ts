/** Times in which a blocked event loop kept a request waiting, as its own spans and the run's others show. */

import type { Interval } from '../../domain/intervals.js';
import type { RecordedSpan } from '../../domain/trace.js';
import { isBlock, type Scene } from '../scene.js';

/** Times of an interval in which code blocked the event loop, of the request itself or of others. */
export function blocksDuring(scene: Scene, interval: Interval): Interval[] {
  // bcryptjs serves others between its pieces only.
  return timesOf(scene, interval, (span) => isBlock(span) || span.detail?.inPieces === true);
}

/** Times of an interval in which code of others blocked the event loop. */
export function blocksOfOthers(scene: Scene, interval: Interval): Interval[] {
  return timesOf(scene, interval, ({ kind }) => kind === 'blocked');
}

function timesOf(
  scene: Scene,
  { start, end }: Interval,
  isCounted: (span: RecordedSpan) => boolean,
): Interval[] {
  const own = scene.calls
    .filter((call) => isCounted(call.span) && call.start < end && call.end > start)
    .map((call) => ({ start: Math.max(call.start, start), end: Math.min(call.end, end) }));
  return [...own, ...(scene.load?.blocksDuring(scene.trace, { start, end }) ?? [])];
}

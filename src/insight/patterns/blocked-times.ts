/** Times in which a blocked event loop kept a request waiting, as its own spans and the run's others show. */

import type { Interval } from '../../domain/intervals.js';
import type { RecordedSpan } from '../../domain/trace.js';
import { type Call, isInPieces } from '../calls/calls.js';
import { isBlock, type Scene } from '../scene.js';

/** The few calls of a scene that are blocks: each of its other calls may be asked about. */
const blocksByCalls = new WeakMap<Scene['calls'], Call[]>();

/** Times of an interval in which code blocked the event loop, of the request itself or of others. */
export function blocksDuring(scene: Scene, interval: Interval): Interval[] {
  return timesOf(scene, interval, isBlockOrPieces);
}

/** Times of an interval in which code of others blocked the event loop. */
export function blocksOfOthers(scene: Scene, interval: Interval): Interval[] {
  return timesOf(scene, interval, ({ kind }) => kind === 'blocked');
}

// bcryptjs serves others between its pieces only.
function isBlockOrPieces(span: RecordedSpan): boolean {
  return isBlock(span) || isInPieces(span);
}

function timesOf(
  scene: Scene,
  { start, end }: Interval,
  isCounted: (span: RecordedSpan) => boolean,
): Interval[] {
  let blocks = blocksByCalls.get(scene.calls);
  if (blocks === undefined)
    blocksByCalls.set(scene.calls, (blocks = scene.calls.filter(({ span }) => isBlockOrPieces(span))));
  const own = blocks
    .filter((call) => isCounted(call.span) && call.start < end && call.end > start)
    .map((call) => ({ start: Math.max(call.start, start), end: Math.min(call.end, end) }));
  return [...own, ...(scene.load?.blocksDuring(scene.trace, { start, end }) ?? [])];
}

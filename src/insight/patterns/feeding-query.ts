/** Feeding query of a loop: the earlier query that returned as many rows as the loop has calls. */

import { formatSite } from '../../domain/site.js';
import { formatCount } from '../../domain/text.js';
import type { Call } from '../calls/calls.js';
import { isListLoopLine } from '../calls/loop-line.js';
import type { Loop } from '../calls/loops.js';
import type { Scene } from '../scene.js';
import { isPolling } from './polling.js';

/** Source of a loop's values: one query, or all queries of an outer loop. */
export interface FeedingQuery {
  calls: Call[];
  rows: number;
  /** The number of rows equals that of the calls; otherwise it differs by 1. */
  isExact: boolean;
}

/** Calls before a loop that are searched. */
const MAX_CALLS_BEFORE = 1000;

/** Feeding query of a loop: the latest with a matching number of rows. */
export function feedingQueryOf(scene: Scene, loop: Loop): FeedingQuery | undefined {
  const first = loop.calls[0]!;
  let approximate: FeedingQuery | undefined;
  for (let at = first.order - 1; at >= Math.max(0, first.order - MAX_CALLS_BEFORE); at--) {
    const call = scene.calls[at]!;
    const rows = call.span.rows ?? 0;
    if (call.verb !== 'SELECT' || rows < 2 || call.end > first.start + 0.5 || call.shape === first.shape)
      continue;
    if (isMatch(rows, loop, 0)) return { calls: [call], rows, isExact: true };
    if (!approximate && isMatch(rows, loop, 1)) approximate = { calls: [call], rows, isExact: false };
  }
  return feedingLoopOf(scene, loop) ?? approximate;
}

/**
 * Whether calls, which look alike as their values are secret, go through a list: they are as many as a
 * query returned rows, or the loop's text says so.
 */
export function isOfMaskedRows(scene: Scene, loop: Loop): boolean {
  if (!loop.calls.every(({ isMasked }) => isMasked)) return false;
  if (feedingQueryOf(scene, loop)?.isExact === true) return true;
  return isOverList(scene, loop) && !loop.calls.slice(0, -1).some(hasFailed) && !isPolling(scene, loop.calls);
}

function isOverList({ readLine }: Scene, { site, loopSite }: Loop): boolean {
  if (loopSite !== undefined) return isListLoopLine(loopSite, readLine, true);
  return site !== undefined && isListLoopLine(site, readLine, false);
}

/** Whether a call failed, or was answered with a 4xx or 5xx. */
export function hasFailed({ span }: Call): boolean {
  return span.error !== undefined || Number(span.detail?.status) >= 400;
}

function isMatch(rows: number, { calls, distinct }: Loop, tolerance: number): boolean {
  return Math.abs(rows - calls.length) <= tolerance || Math.abs(rows - distinct) <= tolerance;
}

// A nested loop is fed by all queries of the outer loop.
function feedingLoopOf(scene: Scene, loop: Loop): FeedingQuery | undefined {
  const first = loop.calls[0]!;
  for (const outer of scene.loops) {
    const outerFirst = outer.calls[0]!;
    if (
      outer === loop ||
      outerFirst.verb !== 'SELECT' ||
      outerFirst.start >= first.start ||
      outer.calls.length >= loop.calls.length
    )
      continue;
    if (isMatch(outer.rows, loop, 0)) return { calls: outer.calls, rows: outer.rows, isExact: true };
  }
  return undefined;
}

/** Beginning of a message: "`SELECT … orders` at src/orders.ts:31 returned 50 rows". */
export function feedingQueryText({ calls, rows }: FeedingQuery): string {
  const [call] = calls;
  const where = call!.site ? ` at ${formatSite(call!.site)}` : '';
  const times = calls.length > 1 ? ` ran ${calls.length} times and` : '';
  return `\`${call!.label}\`${where}${times} returned ${formatCount(rows, 'row')}${calls.length > 1 ? ' in all' : ''}`;
}

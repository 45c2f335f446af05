/** Finds the query that fed a loop: what returned as many rows as the loop then asked for. */

import { formatSite } from '../../domain/site.js';
import { formatCount } from '../../domain/text.js';
import type { Call } from '../calls/calls.js';
import type { Loop } from '../calls/loops.js';
import type { Scene } from '../scene.js';

/** What fed a loop: one query, or all queries of another loop together. */
export interface FeedingQuery {
  calls: Call[];
  rows: number;
  /** As many rows as calls, not just nearly. */
  exact: boolean;
}

const LOOKED_BACK = 1000;

/** Answers what fed the loop, the nearest that fits; undefined when nothing returned as many rows. */
export function feedingQueryOf(scene: Scene, loop: Loop): FeedingQuery | undefined {
  const first = loop.calls[0]!;
  let near: FeedingQuery | undefined;
  for (let at = first.order - 1; at >= Math.max(0, first.order - LOOKED_BACK); at--) {
    const call = scene.calls[at]!;
    const rows = call.span.rows ?? 0;
    if (call.verb !== 'SELECT' || rows < 2 || call.end > first.start + 0.5 || call.shape === first.shape)
      continue;
    if (fits(rows, loop, 0)) return { calls: [call], rows, exact: true };
    if (!near && fits(rows, loop, 1)) near = { calls: [call], rows, exact: false };
  }
  return sumOf(scene, loop) ?? near;
}

function fits(rows: number, { calls, distinct }: Loop, off: number): boolean {
  return Math.abs(rows - calls.length) <= off || Math.abs(rows - distinct) <= off;
}

// A loop in a loop is fed by all queries of the outer one.
function sumOf(scene: Scene, loop: Loop): FeedingQuery | undefined {
  const first = loop.calls[0]!;
  for (const outer of scene.loops) {
    const head = outer.calls[0]!;
    if (
      outer === loop ||
      head.verb !== 'SELECT' ||
      head.start >= first.start ||
      outer.calls.length >= loop.calls.length
    )
      continue;
    if (fits(outer.rows, loop, 0)) return { calls: outer.calls, rows: outer.rows, exact: true };
  }
  return undefined;
}

/** Answers the source in words: "`SELECT … orders` at src/orders.ts:31 returned 50 rows". */
export function feedingQueryText({ calls, rows }: FeedingQuery): string {
  const [call] = calls;
  const where = call!.site ? ` at ${formatSite(call!.site)}` : '';
  const times = calls.length > 1 ? ` ran ${calls.length} times and` : '';
  return `\`${call!.label}\`${where}${times} returned ${formatCount(rows, 'row')}${calls.length > 1 ? ' in all' : ''}`;
}

/** Loops that are not N+1: through batches, or over several tables. */

import type { Call } from '../calls/calls.js';
import type { Loop } from '../calls/loops.js';
import type { FeedingQuery } from './feeding-query.js';
import { isEqualValue, valuesOfCalls } from './statement-values.js';

/** Items from which a batch is a piece of a long list, rather than the few items of one row. */
const MIN_PIECE = 10;

/** Whether each call queries a batch of several values, another batch each time. */
export function isBatching(loop: Loop): boolean {
  if (!loop.calls.some(({ sql }) => sql?.isBatched) && !loop.calls.some(hasArray)) return false;
  const values = valuesOfCalls(loop);
  const lists = new Set(values.map(({ listed }) => JSON.stringify(listed)));
  const singles = new Set(values.map(({ single }) => JSON.stringify(single)));
  // WHERE user_id = $1 AND status IN ('new', 'paid'): the list is always the same.
  if (lists.size === 1 && singles.size > 1) return false;
  const sizes = values.map(({ listed }) => listed.length);
  const batches = sizes.filter((size) => size > 1).length;
  // A DataLoader batches the keys of one tick, which may be a single key.
  if (loop.calls[0]!.path.packages.has('dataloader')) return batches > 0;
  return batches * 2 >= sizes.length;
}

/**
 * Whether the batches of a loop are those of rows, one for each row of the feeding query, rather
 * than pieces of one list, which are equally long but for the last.
 */
export function isBatchOfEachRow(loop: Loop, feeding: FeedingQuery | undefined): boolean {
  if (!feeding?.isExact || loop.calls[0]!.path.packages.has('dataloader')) return false;
  const sizes = valuesOfCalls(loop).map(({ listed }) => listed.length);
  const [size = 0] = sizes;
  const arePieces = sizes.slice(0, -1).every((other) => other === size) && sizes.at(-1)! <= size;
  return !arePieces || size < MIN_PIECE;
}

/** Whether the calls differ only in table names: one call for each tenant's or month's table. */
export function isOnePerTable(loop: Loop): boolean {
  const values = valuesOfCalls(loop);
  return loop.distinct > 1 && values.every((other) => isEqualValue(other, values[0]));
}

function hasArray(call: Call): boolean {
  const { params } = call.span.detail ?? {};
  return Array.isArray(params) && params.some(Array.isArray);
}

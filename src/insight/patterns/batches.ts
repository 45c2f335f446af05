/** Loops that are not N+1: through batches, or over several tables. */

import type { Call } from '../calls/calls.js';
import type { Loop } from '../calls/loops.js';
import type { FeedingQuery } from './feeding-query.js';
import { comparableValue, isEqualValue, valuesOfCalls, varyingPlaces } from './statement-values.js';

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

const LOWER_BOUND = new Set(['BETWEEN', '>', '>=']);
const UPPER_BOUND = new Set(['AND', '<', '<=']);

/** Whether each call works on a range that begins where that of the call before ended. */
export function isRangeByRange(loop: Loop): boolean {
  const values = valuesOfCalls(loop);
  const varying = varyingPlaces(values);
  const bounds = varying.map((at) => values[0]!.single[at]!.before);
  const from = varying[bounds.findIndex((before) => LOWER_BOUND.has(before))];
  const to = varying[bounds.findIndex((before) => UPPER_BOUND.has(before))];
  if (varying.length !== 2 || from === undefined || to === undefined) return false;
  const ranges = values.map(({ single }) =>
    [from, to].map((at) => comparableValue(single[at]?.value)),
  ) as Range[];
  const later = ranges.slice(1);
  return (
    later.every((range, at) => isNext(ranges[at]!, range)) ||
    later.every((range, at) => isNext(range, ranges[at]!))
  );
}

type Range = [from: number | string | undefined, to: number | string | undefined];

function isNext([, end]: Range, [begin]: Range): boolean {
  if (end === undefined || begin === undefined) return false;
  const gap = Number(begin) - Number(end);
  return begin === end || gap === 0 || gap === 1;
}

/** Whether the calls differ only in table names: one call for each tenant's or month's table. */
export function isOnePerTable(loop: Loop): boolean {
  const values = valuesOfCalls(loop);
  return loop.distinct > 1 && values.every((other) => isEqualValue(other, values[0]));
}

// Shapes have # for the numbers in names: the text tells log_2026_01 from log_2026_02.
const TABLE_NAME = /\b(?:FROM|INTO|UPDATE|JOIN)\s+([^\s(),;]+)/gi;
const COMMENTS_AND_TEXTS = /\/\*.*?\*\/|--[^\n]*|'[^']*'/gs;

/** Whether each call names another table, whatever else differs: no statement could do it at once. */
export function isTableByTable({ calls }: Loop): boolean {
  const seen = new Set<string>();
  for (const { span } of calls) {
    const tables = Array.from(
      span.name.replace(COMMENTS_AND_TEXTS, ' ').matchAll(TABLE_NAME),
      ([, name]) => name,
    ).join(' ');
    if (seen.has(tables)) return false;
    seen.add(tables);
  }
  return true;
}

function hasArray(call: Call): boolean {
  const { params } = call.span.detail ?? {};
  return Array.isArray(params) && params.some(Array.isArray);
}

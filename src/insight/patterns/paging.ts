/** Pages: loops whose calls each continue where the call before ended. */

import type { Loop } from '../calls/loops.js';
import {
  type CallValues,
  comparableValue,
  fullestOf,
  isMonotonic,
  valuesOfCalls,
  varyingPlaces,
} from './statement-values.js';

// LIMIT 10, FETCH FIRST 10 ROWS
const PAGE_SIZE = new Set(['LIMIT', 'first', 'next']);
const CURSORS = new Set(['OFFSET', 'LIMIT', '>', '<', '>=', '<=']);

/** Whether each call continues after the previous: by a growing OFFSET, or the last row's key. */
export function isPaging(loop: Loop): boolean {
  const values = valuesOfCalls(loop);
  const reference = fullestOf(values);
  if (!reference.single.some(({ before }) => PAGE_SIZE.has(before))) return false;
  if (!hasFullPages(loop, reference)) return false;
  const varying = varyingPlaces(values);
  if (varying.length === 0) return false;
  const valuesAt = (at: number) => values.map(({ single }) => single[at]?.value);
  const cursors = varying.filter((at) => isCursor(reference.single[at]!.before, loop.calls[0]!.shape));
  // `$1 IS NULL OR id > $1`: the cursor is also at places that do not look like it.
  const cursorValues = new Set(cursors.map((at) => JSON.stringify(valuesAt(at))));
  return varying.every((at) => cursorValues.has(JSON.stringify(valuesAt(at))) && isMonotonic(valuesAt(at)));
}

// One goes on to the next page because the page before was full. `id < $1 … LIMIT 1` asks for the
// row before each of some rows: a page of one row is none.
function hasFullPages({ calls }: Loop, reference: CallValues): boolean {
  const size = pageSizeOf(reference);
  if (size === undefined) return true;
  if (size <= 1) return false;
  // `until no row comes`: behind the short page is an empty one.
  const last = calls.at(-1)!.span.rows === 0 ? -2 : -1;
  return calls.slice(0, last).every(({ span }) => span.rows === undefined || span.rows >= size);
}

function pageSizeOf({ single }: CallValues): number | undefined {
  const at = single.findIndex(({ before }) => PAGE_SIZE.has(before));
  // LIMIT 20, 10: the second number is the size.
  const next = single[at + 1];
  const size = comparableValue(next?.before === ',' ? next.value : single[at]!.value);
  return typeof size === 'number' ? size : undefined;
}

function isCursor(before: string, shape: string): boolean {
  // LIMIT 20, 10: the first number is an offset.
  if (CURSORS.has(before)) return true;
  // OFFSET (2 - 1) * 10, and (a, b) > (1, 2)
  if (before === '(' && shape.includes('OFFSET (?')) return true;
  return (before === '(' || before === ',') && /[<>]=? \(\?, \?/.test(shape);
}

/** Loops that are not N+1: through batches, through pages, or over several tables. */

import type { Call } from '../calls/calls.js';
import type { Loop } from '../calls/loops.js';
import { operands } from '../sql/fingerprint.js';
import type { Operand } from '../sql/shape.js';

/** Values of a statement. */
interface CallValues {
  /** Items of lists: IN (1, 2), an array parameter. */
  listed: unknown[];
  /** All other values, with the word or operator before each. */
  single: { value: unknown; before: string }[];
}

// LIMIT 10, FETCH FIRST 10 ROWS
const PAGE_SIZE = new Set(['LIMIT', 'first', 'next']);
const CURSORS = new Set(['OFFSET', 'LIMIT', '>', '<', '>=', '<=']);
/** Calls of a loop that are compared; what varies between them shows within the first 20. */
const MAX_CALLS = 20;

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

/** Whether the calls differ only in table names: one call for each tenant's or month's table. */
export function isOnePerTable(loop: Loop): boolean {
  const values = valuesOfCalls(loop);
  return loop.distinct > 1 && values.every((other) => isEqual(other, values[0]));
}

/** Whether each call continues after the previous: by a growing OFFSET, or the last row's key. */
export function isPaging(loop: Loop): boolean {
  const values = valuesOfCalls(loop);
  // The first page may lack an offset and a key: the call with most values is the reference.
  const reference = values.reduce((a, b) => (b.single.length > a.single.length ? b : a), values[0]!);
  if (!reference.single.some(({ before }) => PAGE_SIZE.has(before))) return false;
  const varying = reference.single.flatMap((_, at) =>
    values.some(({ single }) => !isEqual(single[at]?.value, reference.single[at]!.value)) ? [at] : [],
  );
  if (varying.length === 0) return false;
  const valuesAt = (at: number) => values.map(({ single }) => single[at]?.value);
  const cursors = varying.filter((at) => isCursor(reference.single[at]!.before, loop.calls[0]!.shape));
  // `$1 IS NULL OR id > $1`: the cursor is also at places that do not look like it.
  const cursorValues = new Set(cursors.map((at) => JSON.stringify(valuesAt(at))));
  return varying.every((at) => cursorValues.has(JSON.stringify(valuesAt(at))) && isMonotonic(valuesAt(at)));
}

function isCursor(before: string, shape: string): boolean {
  // LIMIT 20, 10: the first number is an offset.
  if (CURSORS.has(before)) return true;
  // OFFSET (2 - 1) * 10, and (a, b) > (1, 2)
  if (before === '(' && shape.includes('OFFSET (?')) return true;
  return (before === '(' || before === ',') && /[<>]=? \(\?, \?/.test(shape);
}

function isMonotonic(values: unknown[]): boolean {
  let isAscending = true;
  let isDescending = true;
  for (let i = 1; i < values.length; i++) {
    const [a, b] = [comparable(values[i - 1]), comparable(values[i])];
    if (a === undefined || b === undefined || typeof a !== typeof b) {
      // The first page has no key yet.
      if (i === 1) continue;
      return false;
    }
    if (b < a) isAscending = false;
    if (b > a) isDescending = false;
  }
  return isAscending || isDescending;
}

function comparable(value: unknown): number | string | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') return undefined;
  const text = value.replace(/^'(.*)'$/s, '$1');
  return text !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
}

function hasArray(call: Call): boolean {
  const { params } = call.span.detail ?? {};
  return Array.isArray(params) && params.some(Array.isArray);
}

function valuesOfCalls({ calls }: Loop): CallValues[] {
  return calls.slice(0, MAX_CALLS).map(valuesOf);
}

function valuesOf(call: Call): CallValues {
  const values: CallValues = { listed: [], single: [] };
  const { params } = call.span.detail ?? {};
  let placeholders = 0;
  for (const operand of operands(call.span.name, call.dialect ?? 'standard')) {
    const value = operandValue(operand, params, () => placeholders++);
    if (operand.listed || Array.isArray(value))
      values.listed.push(...(Array.isArray(value) ? value : [value]));
    else values.single.push({ value, before: operand.before });
  }
  return values;
}

function operandValue({ text }: Operand, params: unknown, nextIndex: () => number): unknown {
  const numbered = /^[$?](\d+)$/.exec(text);
  if (Array.isArray(params)) {
    if (numbered) return params[Number(numbered[1]) - 1];
    if (text === '?') return params[nextIndex()];
  }
  const named = /^[:@$]([A-Za-z_]\w*)$/.exec(text);
  if (named && params !== null && typeof params === 'object')
    return (params as Record<string, unknown>)[named[1]!];
  return text;
}

function isEqual(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

/** Tells a loop that asks for one thing at a time from one that walks through batches or pages. */

import type { Call } from '../calls/calls.js';
import type { Loop } from '../calls/loops.js';
import { operands } from '../sql/fingerprint.js';
import type { Operand } from '../sql/shape.js';

interface Asked {
  /** The values that are one of many, and all others. */
  listed: unknown[];
  single: { value: unknown; before: string }[];
}

// LIMIT 10, FETCH FIRST 10 ROWS
const PAGE_SIZE = new Set(['LIMIT', 'first', 'next']);
const CURSORS = new Set(['OFFSET', 'LIMIT', '>', '<', '>=', '<=']);
// Enough to see what varies.
const LOOKED_AT = 20;

/** Answers whether the calls ask for several things each, and for other ones each time. */
export function isBatching(loop: Loop): boolean {
  if (!loop.calls.some(({ sql }) => sql?.isBatched) && !loop.calls.some(hasArray)) return false;
  const asked = loop.calls.slice(0, LOOKED_AT).map(askedBy);
  const lists = new Set(asked.map(({ listed }) => JSON.stringify(listed)));
  const singles = new Set(asked.map(({ single }) => JSON.stringify(single)));
  // WHERE user_id = $1 AND status IN ('new', 'paid'): the list is always the same.
  if (lists.size === 1 && singles.size > 1) return false;
  // A batch of one each time is none.
  const sizes = asked.map(({ listed }) => listed.length);
  const many = sizes.filter((size) => size > 1).length;
  // A DataLoader asks for as many as there were in that turn.
  if (loop.calls[0]!.path.packages.has('dataloader')) return many > 0;
  return many * 2 >= sizes.length;
}

/** Answers whether the calls differ in the names of tables only: every tenant, every month, once. */
export function isThroughTables(loop: Loop): boolean {
  const asked = loop.calls.slice(0, LOOKED_AT).map(askedBy);
  return loop.distinct > 1 && asked.every((one) => same(one, asked[0]));
}

/** Answers whether each call continues where the one before ended: OFFSET grows, or the key of the last row is passed on. */
export function isPaging(loop: Loop): boolean {
  const asked = loop.calls.slice(0, LOOKED_AT).map(askedBy);
  // The first page may have neither offset nor key.
  const first = asked.reduce((a, b) => (b.single.length > a.single.length ? b : a), asked[0]!);
  if (!first.single.some(({ before }) => PAGE_SIZE.has(before))) return false;
  const varying = first.single.flatMap((_, at) =>
    asked.some(({ single }) => !same(single[at]?.value, first.single[at]!.value)) ? [at] : [],
  );
  if (varying.length === 0) return false;
  const valuesAt = (at: number) => asked.map(({ single }) => single[at]?.value);
  const cursors = varying.filter((at) => isCursor(first.single[at]!.before, loop.calls[0]!.shape));
  // $1 IS NULL OR id > $1
  const known = new Set(cursors.map((at) => JSON.stringify(valuesAt(at))));
  return varying.every((at) => known.has(JSON.stringify(valuesAt(at))) && isMonotonic(valuesAt(at)));
}

function isCursor(before: string, shape: string): boolean {
  // LIMIT 20, 10 is an offset, too.
  if (CURSORS.has(before)) return true;
  // OFFSET (2 - 1) * 10, and (a, b) > (1, 2)
  if (before === '(' && shape.includes('OFFSET (?')) return true;
  return (before === '(' || before === ',') && /[<>]=? \(\?, \?/.test(shape);
}

function isMonotonic(values: unknown[]): boolean {
  let up = true;
  let down = true;
  for (let i = 1; i < values.length; i++) {
    const [a, b] = [comparable(values[i - 1]), comparable(values[i])];
    if (a === undefined || b === undefined || typeof a !== typeof b) {
      // The first page has no key yet.
      if (i === 1) continue;
      return false;
    }
    if (b < a) up = false;
    if (b > a) down = false;
  }
  return up || down;
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

function askedBy(call: Call): Asked {
  const asked: Asked = { listed: [], single: [] };
  const { params } = call.span.detail ?? {};
  let next = 0;
  for (const operand of operands(call.span.name, call.dialect ?? 'standard')) {
    const value = resolve(operand, params, () => next++);
    if (operand.listed || Array.isArray(value))
      asked.listed.push(...(Array.isArray(value) ? value : [value]));
    else asked.single.push({ value, before: operand.before });
  }
  return asked;
}

function resolve({ text }: Operand, params: unknown, next: () => number): unknown {
  const numbered = /^[$?](\d+)$/.exec(text);
  if (Array.isArray(params)) {
    if (numbered) return params[Number(numbered[1]) - 1];
    if (text === '?') return params[next()];
  }
  const named = /^[:@$]([A-Za-z_]\w*)$/.exec(text);
  if (named && params !== null && typeof params === 'object')
    return (params as Record<string, unknown>)[named[1]!];
  return text;
}

function same(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

/** Values of statements, from their text and their parameters, as the patterns compare them. */

import type { Call } from '../calls/calls.js';
import type { Loop } from '../calls/loops.js';
import { operands } from '../sql/fingerprint.js';
import type { Operand } from '../sql/shape.js';

/** Values of one statement. */
export interface CallValues {
  /** Items of lists: IN (1, 2), an array parameter. */
  listed: unknown[];
  /** All other values, with the word or operator before each. */
  single: { value: unknown; before: string }[];
}

/** Calls of a loop that are compared; what varies between them shows within the first 20. */
export const MAX_COMPARED_CALLS = 20;

/** By the calls of a loop, which several patterns look at. */
const known = new WeakMap<Call[], CallValues[]>();

/** Values of the first calls of a loop. */
export function valuesOfCalls({ calls }: Pick<Loop, 'calls'>): CallValues[] {
  let values = known.get(calls);
  if (values === undefined) known.set(calls, (values = calls.slice(0, MAX_COMPARED_CALLS).map(valuesOf)));
  return values;
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

/**
 * Value of an operand: that of its placeholder, by number, by name, or the next of the list
 * (`nextIndex` counts), else its own text.
 */
export function operandValue({ text }: Operand, params: unknown, nextIndex: () => number): unknown {
  if (params === null || typeof params !== 'object') return text;
  if (Array.isArray(params)) {
    if (text === '?') return params[nextIndex()];
    const numbered = /^(?:[$?]|@p?)(\d+)$/.exec(text);
    if (numbered) return params[Number(numbered[1]) - 1];
  }
  const named = /^[:@$]([A-Za-z_]\w*)$/.exec(text);
  return named ? (params as Record<string, unknown>)[named[1]!] : text;
}

/** Call with the most values: that of a first page, for one, may lack a key. */
export function fullestOf(values: CallValues[]): CallValues {
  return values.reduce((a, b) => (b.single.length > a.single.length ? b : a), values[0]!);
}

/** Places of the single values that differ between the calls. */
export function varyingPlaces(values: CallValues[]): number[] {
  const reference = fullestOf(values);
  return reference.single.flatMap((_, at) =>
    values.some(({ single }) => !isEqualValue(single[at]?.value, reference.single[at]!.value)) ? [at] : [],
  );
}

/** Whether values only grow, or only shrink; the first page may have none yet. */
export function isMonotonic(values: unknown[]): boolean {
  let isAscending = true;
  let isDescending = true;
  for (let i = 1; i < values.length; i++) {
    const [a, b] = [comparableValue(values[i - 1]), comparableValue(values[i])];
    if (a === undefined || b === undefined || typeof a !== typeof b) {
      if (i === 1) continue;
      return false;
    }
    if (b < a) isAscending = false;
    if (b > a) isDescending = false;
  }
  return isAscending || isDescending;
}

/** Number or text of a value or of a literal; undefined for any other value. */
export function comparableValue(value: unknown): number | string | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') return undefined;
  const text = value.replace(/^'(.*)'$/s, '$1');
  return text !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
}

/** Equality of two values by their JSON. */
export function isEqualValue(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  // Texts that differ, and whole numbers, have another JSON each.
  if (typeof a === 'string' && typeof b === 'string') return false;
  if (Number.isInteger(a) && Number.isInteger(b)) return false;
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Recorded values: bytes, and marks of values that were masked, cut or not recorded. */

import { REDACTED } from '../../domain/secret-shapes.cjs';

/** Reason why a recorded value differs from the sent value. */
export type Loss = 'masked' | 'cut' | 'unrecorded';

// Marks that the agent records instead of complete values.
const CUT = /… \((\d+) (?:characters|items|params)\)$/;
const CUT_TEXT = /… \((\d+) characters\)$/;
const CUT_LIST = /^… \((\d+) params\)$/;
const UNRECORDED = /^<(?:Proxy|Array|Object|function|symbol|getter|threw: .*)>$/s;
const BYTES = /^<(\d+) bytes ([0-9a-f]*)(…?)>$/;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/**
 * Loss of a value, or of the first lost part of a list or object; undefined for a complete value.
 */
export function lossOf(value: unknown): Loss | undefined {
  if (typeof value === 'object' && value !== null) return lossInside(value);
  if (typeof value !== 'string') return undefined;
  if (value === REDACTED) return 'masked';
  if (CUT.test(value) || BYTES.exec(value)?.[3] === '…') return 'cut';
  return UNRECORDED.test(value) ? 'unrecorded' : undefined;
}

function lossInside(value: object): Loss | undefined {
  if (!Array.isArray(value) && '…' in value) return 'cut';
  for (const part of Object.values(value)) {
    const loss = lossOf(part);
    if (loss !== undefined) return loss;
  }
  return undefined;
}

/** Hex digits of bytes; undefined for any other value. */
export function hexDigitsOf(value: unknown): string | undefined {
  return typeof value === 'string' ? BYTES.exec(value)?.[2] : undefined;
}

/** Original length in characters of a cut statement or value; undefined for a complete text. */
export function lengthBeforeCut(text: string): number | undefined {
  const length = CUT_TEXT.exec(text)?.[1];
  return length === undefined ? undefined : Number(length);
}

/** Original number of values of a cut list, from its last item; undefined for a complete list. */
export function countBeforeCut(params: unknown[]): number | undefined {
  const last = params.at(-1);
  const count = typeof last === 'string' ? CUT_LIST.exec(last)?.[1] : undefined;
  return count === undefined ? undefined : Number(count);
}

/** Encoding by mysql and mysql2 of a Date: local time, unless the app sets their `timezone`. */
export function mysqlTime(value: string): string {
  if (!INSTANT.test(value)) return value;
  const date = new Date(value);
  const twoDigits = (n: number) => `${n}`.padStart(2, '0');
  const day = `${date.getFullYear()}-${twoDigits(date.getMonth() + 1)}-${twoDigits(date.getDate())}`;
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(twoDigits).join(':');
  return `${day} ${time}.${`${date.getMilliseconds()}`.padStart(3, '0')}`;
}

/** Recorded values: bytes among them, and those that only stand for what was masked, cut or not recorded. */

import { REDACTED } from '../../domain/redact.cjs';

/** Why a recorded value is not the one that was sent. */
export type Loss = 'masked' | 'cut' | 'unrecorded';

// The forms in which the agent records what it does not record whole.
const CUT = /… \((\d+) (?:characters|items|params)\)$/;
const CUT_TEXT = /… \((\d+) characters\)$/;
const CUT_LIST = /^… \((\d+) params\)$/;
const UNRECORDED = /^<(?:Proxy|Array|Object|function|symbol|getter|threw: .*)>$/s;
const BYTES = /^<(\d+) bytes ([0-9a-f]*)(…?)>$/;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** Loss of a value, or of the first lost part of a list or an object; undefined for one that was recorded whole. */
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

/** How long a statement or a value was of which only the beginning was recorded. */
export function lengthBeforeCut(text: string): number | undefined {
  const length = CUT_TEXT.exec(text)?.[1];
  return length === undefined ? undefined : Number(length);
}

/** How many values a statement had of which only the first were recorded; the last recorded item says it. */
export function countBeforeCut(params: unknown[]): number | undefined {
  const last = params.at(-1);
  const count = typeof last === 'string' ? CUT_LIST.exec(last)?.[1] : undefined;
  return count === undefined ? undefined : Number(count);
}

/** What mysql and mysql2 send for a Date: the machine's local time, unless the app has set their `timezone`. */
export function mysqlTime(value: string): string {
  if (!INSTANT.test(value)) return value;
  const date = new Date(value);
  const two = (n: number) => `${n}`.padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');
  return `${day} ${time}.${`${date.getMilliseconds()}`.padStart(3, '0')}`;
}

/** The values that a recorded statement ran with, as far as they were recorded whole. */

import { REDACTED } from '../../redact.cjs';
import type { Span } from '../../trace.js';

/** Values to hand to the driver; `missing` names those that were not recorded as they were, and stand as null. */
export interface Values {
  values?: unknown[] | Record<string, unknown>;
  /** `$1`, `:name`; each once. */
  missing: string[];
}

const BYTES = /^<(\d+) bytes ([0-9a-f]*)(…?)>$/;
const TOLD =
  /^<(?:Object|Array|Proxy|getter|function|symbol|threw: .*)>$|… \(\d+ (?:characters|params|items)\)$/;

/** Answers the values of a call. */
export function valuesOf({ detail }: Span): Values {
  const params = detail?.params;
  const missing: string[] = [];
  if (Array.isArray(params)) {
    const values = params.map((value, n) => whole(value, () => missing.push(`$${n + 1}`)));
    return { values, missing: [...new Set(missing)] };
  }
  if (typeof params !== 'object' || params === null) return { missing };
  const values = Object.entries(params).map(([name, value]) => [
    name,
    whole(value, () => missing.push(`:${name}`)),
  ]);
  return { values: Object.fromEntries(values), missing: [...new Set(missing)] };
}

/** Answers a value as it was; null, and says so, where what was recorded only describes it. */
function whole(value: unknown, lost: () => void): unknown {
  if (Array.isArray(value)) return value.map((one) => whole(one, lost));
  if (typeof value === 'object' && value !== null) {
    if ('…' in value) {
      lost();
      return null;
    }
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, whole(one, lost)]));
  }
  if (typeof value !== 'string') return value;
  const [bytes, , hex, more] = BYTES.exec(value) ?? [];
  if (bytes !== undefined && more === '') return { bytes: hex };
  if (bytes === undefined && value !== REDACTED && !TOLD.test(value)) return value;
  lost();
  return null;
}

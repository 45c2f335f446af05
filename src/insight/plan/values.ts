/** The values that a recorded statement ran with, as far as they were recorded whole. */

import type { Dialect } from '../../domain/library.js';
import type { Span } from '../../domain/trace.js';
import { piecesOf } from '../sql/pieces.js';
import { isPlaceholder } from '../sql/placeholders.js';
import { countBeforeCut, hexDigitsOf, lossOf, mysqlTime } from '../sql/recorded-value.js';

/** Values to hand to the driver; `missing` names those that were not recorded as they were, and stand as null. */
export interface RecordedValues {
  values?: unknown[] | Record<string, unknown>;
  /** `$1`, `:name`; each once. */
  missing: string[];
}

/** Answers the values of a call. */
export function recordedValues(
  { name, detail }: Pick<Span, 'name' | 'detail'>,
  dialect: Dialect,
): RecordedValues {
  const missing: string[] = [];
  const isMysql = dialect === 'mysql';
  const params = isMysql ? asList(name, detail?.params) : detail?.params;
  const sent = (value: unknown, place: string) => {
    if (lossOf(value) !== undefined) missing.push(place);
    return whole(value, isMysql);
  };
  if (Array.isArray(params)) {
    const nameOf = (n: number) => (isMysql ? `value ${n + 1}` : `$${n + 1}`);
    const count = countBeforeCut(params);
    const known = count === undefined ? params : params.slice(0, -1);
    const values = known.map((value, n) => sent(value, nameOf(n)));
    if (count === undefined) return { values, missing };
    const lost = new Array(count - known.length).fill(null);
    return {
      values: [...values, ...lost],
      missing: [...missing, `${nameOf(known.length)} to ${nameOf(count - 1)}`],
    };
  }
  if (typeof params !== 'object' || params === null) return { missing };
  const values = Object.entries(params).map(([key, value]) => [key, sent(value, `:${key}`)]);
  return { values: Object.fromEntries(values), missing };
}

// query('INSERT INTO t SET ?', row): the object is the only value, not one of names.
function asList(sql: string, params: unknown): unknown {
  if (typeof params !== 'object' || params === null || Array.isArray(params)) return params;
  for (const piece of piecesOf(sql, 'mysql'))
    if (isPlaceholder(piece, 'mysql')) return piece.written.startsWith('?') ? [params] : params;
  return params;
}

/** A value as it was; null where what was recorded only describes it. */
function whole(value: unknown, isMysql: boolean): unknown {
  if (Array.isArray(value)) return value.map((one) => whole(one, isMysql));
  if (typeof value === 'object' && value !== null) {
    if ('…' in value) return null;
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, whole(one, isMysql)]));
  }
  if (lossOf(value) !== undefined) return null;
  const bytes = hexDigitsOf(value);
  if (bytes !== undefined) return { bytes };
  return isMysql && typeof value === 'string' ? mysqlTime(value) : value;
}

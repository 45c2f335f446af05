/** Values of a recorded statement for running it again, as far as they were recorded completely. */

import type { Dialect } from '../../domain/library.js';
import type { Span } from '../../domain/trace.js';
import { piecesOf } from '../sql/pieces.js';
import { isPlaceholder, limitPlaceholders } from '../sql/placeholders.js';
import { countBeforeCut, hexDigitsOf, lossOf, mysqlTime } from '../sql/recorded-value.js';

/** Values for the driver; those in `missing` were not recorded completely, and are null. */
export interface RecordedValues {
  values?: unknown[] | Record<string, unknown>;
  /** `$1`, `value 2`, `:name`. */
  missing: string[];
}

export function recordedValues(
  { name, detail }: Pick<Span, 'name' | 'detail'>,
  dialect: Dialect,
): RecordedValues {
  const missing: string[] = [];
  const isMysql = dialect === 'mysql';
  const params = isMysql ? asList(name, detail?.params) : detail?.params;
  const restore = (value: unknown, label: string) => {
    if (lossOf(value) !== undefined) missing.push(label);
    return driverValue(value, isMysql);
  };
  if (Array.isArray(params)) {
    const nameOf = (n: number) => (isMysql ? `value ${n + 1}` : `$${n + 1}`);
    const count = countBeforeCut(params);
    const recorded = count === undefined ? params : params.slice(0, -1);
    const limits = isMysql ? limitPlaceholders(name) : undefined;
    const values = recorded.map((value, n) =>
      limits?.has(n) ? limitNumber(value) : restore(value, nameOf(n)),
    );
    if (count === undefined) return { values, missing };
    const cut = new Array(count - recorded.length).fill(null);
    return {
      values: [...values, ...cut],
      missing: [...missing, `${nameOf(recorded.length)} to ${nameOf(count - 1)}`],
    };
  }
  if (typeof params !== 'object' || params === null) return { missing };
  const values = Object.entries(params).map(([key, value]) => [key, restore(value, `:${key}`)]);
  return { values: Object.fromEntries(values), missing };
}

// query('INSERT INTO t SET ?', row): the object is the only value, not a map of named values.
function asList(sql: string, params: unknown): unknown {
  if (typeof params !== 'object' || params === null || Array.isArray(params)) return params;
  for (const piece of piecesOf(sql, 'mysql'))
    if (isPlaceholder(piece, 'mysql')) return piece.written.startsWith('?') ? [params] : params;
  return params;
}

/** Number of a LIMIT that was given as a text, as `execute` of MySQL takes it. */
export function limitNumber(value: unknown): unknown {
  return typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
}

/** Value for the driver; null if the recorded value only describes the original. */
export function driverValue(value: unknown, isMysql: boolean): unknown {
  if (Array.isArray(value)) return value.map((item) => driverValue(item, isMysql));
  if (typeof value === 'object' && value !== null) {
    if ('…' in value) return null;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, driverValue(item, isMysql)]));
  }
  if (lossOf(value) !== undefined) return null;
  const bytes = hexDigitsOf(value);
  if (bytes !== undefined) return { bytes };
  return isMysql && typeof value === 'string' ? mysqlTime(value) : value;
}

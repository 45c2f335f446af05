/** Shapes of SQL reads in loops, by what varies: each has another remedy. */

import type { Loop } from '../calls/loops.js';
import { mapperCallOf } from './mapper-call.js';
import { type Place, placesOf } from './varying.js';

/**
 * `key`: rows by one column · `keys`: by several · `aggregate`: a count or sum for each ·
 * `first`: the first rows of each · `pattern`: LIKE · `unequal`: all but some · `range`: between
 * bounds · `neighbour`: the next row after each · `unknown`: none of these.
 */
export type ReadKind =
  | 'key'
  | 'keys'
  | 'aggregate'
  | 'first'
  | 'pattern'
  | 'unequal'
  | 'range'
  | 'neighbour'
  | 'unknown';

/** Shape of the reads of a loop. */
export interface ReadShape {
  kind: ReadKind;
  /** Columns that vary, with table or alias, as SQL. */
  columns: string[];
  /** Operator of the varying column. */
  operator: string;
  /** Its placeholder, if it has a name or a number. */
  placeholder: string;
  /** Whether the key stands in a list, `IN ($1)`. */
  isListed: boolean;
  /** ORDER BY of a `first`, and the number of rows. */
  order: string;
  limit: string;
}

// `coalesce(sum(qty), 0)` is one row as well.
const AGGREGATE =
  /^SELECT (?:(?:coalesce|ifnull|round|cast|nvl|floor|ceil|to_json|json)\()*(?:count|sum|avg|min|max|array_agg|json_agg|jsonb_agg|string_agg|group_concat|json_group_array|bool_or|bool_and)\(/i;
const EQUAL = /^(?:=|IN|= ANY|= SOME)$/;

/** Shape of a loop of SELECTs. */
export function readShapeOf(loop: Loop): ReadShape {
  const places = placesOf(loop);
  const varying = varyingConditions(places);
  const columns = [...new Set(varying.map(({ column }) => column))];
  const { operator = '', isListed = false, placeholder = '' } = varying[0] ?? {};
  const [order = '', limit = ''] = orderOf(loop, places);
  const kind = kindOf(loop, places, varying, [order, limit]);
  return { kind, columns, operator, placeholder, isListed, order, limit };
}

// Where no value is known to vary (they were redacted), the only condition is what varies.
function varyingConditions(places: Place[]): Place[] {
  const varying = places.filter(({ varies }) => varies);
  if (varying.length > 0) return varying;
  const conditions = places.filter(({ clause, column }) => clause === 'WHERE' && column !== '');
  return conditions.length === 1 ? conditions : [];
}

function kindOf(loop: Loop, places: Place[], varying: Place[], [order = '', limit = '']: string[]): ReadKind {
  const { shape } = loop.calls[0]!;
  if (varying.length === 0 || varying.some((place) => !isCondition(place))) return 'unknown';
  // A condition within OR or UNION decides only about some of the rows.
  if (/^WITH | (?:UNION|INTERSECT|EXCEPT) /.test(shape)) return 'unknown';
  // Within a query in the query the condition decides about something else than the rows.
  if (varying.some(({ nested }) => nested) && !isCountOfMapper(loop)) return 'unknown';
  const isEqual = varying.every(({ operator }) => EQUAL.test(operator));
  const columns = new Set(varying.map(({ column }) => column));
  const hasLimit = places.some(({ before }) => /^(?:LIMIT|first|next|FETCH)$/i.test(before));
  if (isEqual) {
    if (AGGREGATE.test(shape) || / GROUP BY /.test(shape))
      return columns.size === 1 ? 'aggregate' : 'unknown';
    if (columns.size > 1) return / OR /.test(shape) ? 'unknown' : 'keys';
    // LIMIT 1 may be that of a find by a unique key; more than one row is a choice among those of each.
    return hasLimit && (order !== '' || Number(limit) > 1) ? 'first' : 'key';
  }
  if (columns.size > 1) return 'unknown';
  const [{ operator }] = varying as [Place];
  if (/^(?:<|>|<=|>=)$/.test(operator) && order !== '' && hasLimit) return 'neighbour';
  if (AGGREGATE.test(shape) || hasLimit) return 'unknown';
  if (/^(?:<>|!=|NOT IN|NOT =)$/.test(operator)) return 'unequal';
  if (/^I?LIKE$/.test(operator)) return 'pattern';
  return /^(?:<|>|<=|>=|BETWEEN)$/.test(operator) ? 'range' : 'unknown';
}

// COUNT(*) FROM (SELECT …): the library counts the rows of its own query.
function isCountOfMapper({ calls }: Loop): boolean {
  const found = mapperCallOf(calls[0]!);
  return found !== undefined && !found.isRaw && /^SELECT COUNT\(/i.test(calls[0]!.shape);
}

function isCondition({ clause, column }: Place): boolean {
  return clause === 'WHERE' && column !== '';
}

// `year DESC`, `3`: as the statement has them; the number only if it is the same each time.
function orderOf({ calls }: Loop, places: Place[]): string[] {
  const found = /\border by (.+?)(?:\s+(?:limit|fetch|offset)\b|\s*;?\s*$)/is.exec(calls[0]!.span.name);
  const limit = places.find(({ before, varies }) => /^LIMIT$/i.test(before) && !varies)?.values[0];
  return [found?.[1]?.replaceAll(/\s+/g, ' ') ?? '', limit === undefined ? '' : String(limit)];
}

/** A query of the filter language as a condition of SQL: exactly the requests that `matches` lets through, which a test holds. */

import { type FilterQuery, termNeedsTrace } from '../domain/filter.js';
import type { FilterOp, FilterTerm } from '../domain/filter-term.js';
import { ERRORS_SQL, QUERIES_SQL, QUERY_TIME_SQL } from '../domain/request.js';
import { ageBound, statusClass } from './filter-match.js';
import { ROUTE_SQL } from './sql-functions.js';

/** A condition and its values, in order. */
export interface SqlCondition {
  sql: string;
  values: (string | number)[];
}

const OPS: Record<FilterOp, string> = { ':': '=', '=': '=', '>': '>', '>=': '>=', '<': '<', '<=': '<=' };

// SQLite refuses longer patterns (50,000 bytes).
const MAX_PATTERN = 10_000;

/** Only of ASCII does SQLite know both cases, and LIKE reads a pattern up to its first NUL. */
function isPlain(value: string): boolean {
  return value.length <= MAX_PATTERN && /^[ -~]*$/.test(value);
}

/** A column of the requests' own, none of which can hold a NUL: the value within it, or all of it. */
function text(column: string, { op, value }: Pick<FilterTerm, 'op' | 'value'>): SqlCondition {
  const wanted = String(value);
  if (!isPlain(wanted)) return folded(`fold_case(${column})`, { op, value });
  if (op === '=') return { sql: `lower(${column}) = ?`, values: [wanted] };
  // LIKE takes ASCII letters of either case by itself, in two thirds of the time that lower() and instr() take.
  return {
    sql: `${column} LIKE ? ESCAPE '\\'`,
    values: [`%${wanted.replace(/[\\%_]/g, '\\$&')}%`],
  };
}

function folded(lower: string, { op, value }: Pick<FilterTerm, 'op' | 'value'>): SqlCondition {
  return { sql: op === '=' ? `${lower} = ?` : `instr(${lower}, ?) > 0`, values: [String(value)] };
}

/** A request made a call, or had one made at a line, with that text in it. */
function calls(term: FilterTerm): SqlCondition {
  const lower = isPlain(String(term.value)) ? 'lower' : 'fold_case';
  const [what, where] = [folded(`${lower}(text)`, term), folded(`${lower}(site)`, term)];
  // The few subjects with the text are looked up once; the + keeps each request from being looked for under all of them.
  const subjects = `SELECT id FROM subjects WHERE of = 'call' AND (${what.sql} OR ${where.sql})`;
  const values = [...what.values, ...where.values];
  return {
    // Where there are none, and mostly there are none, no request's calls are looked at.
    sql: `(EXISTS (${subjects}) AND EXISTS (SELECT 1 FROM figures WHERE trace = seq AND +subject IN (${subjects})))`,
    values: [...values, ...values],
  };
}

function anywhere(term: FilterTerm): SqlCondition {
  const parts = [...['url', 'method', 'route', 'status'].map((column) => text(column, term)), calls(term)];
  return {
    sql: parts.map((part) => part.sql).join(' OR '),
    values: parts.flatMap((part) => part.values),
  };
}

function number(column: string, { op, value }: Pick<FilterTerm, 'op' | 'value'>): SqlCondition {
  return { sql: `${column} ${OPS[op]} ?`, values: [value] };
}

function status(term: FilterTerm): SqlCondition {
  const range = statusClass(term);
  return range ? { sql: 'status BETWEEN ? AND ?', values: range } : number('status', term);
}

/** A kind of finding. They stand in one column as JSON: a value without its signs lies within one of them. */
function finding({ op, value }: FilterTerm): SqlCondition {
  const wanted = String(value);
  if (/^[\w+ .-]*$/.test(wanted))
    return text('findings', { op: ':', value: op === '=' ? `"${wanted}"` : wanted });
  const { sql, values } = folded('fold_case(value)', { op, value });
  return { sql: `EXISTS (SELECT 1 FROM json_each(findings) WHERE ${sql})`, values };
}

function ofColumns(term: FilterTerm, now: number): SqlCondition {
  switch (term.field) {
    case 'text':
      return anywhere(term);
    case 'path':
      return text('url', term);
    case 'route':
      return text(ROUTE_SQL, term);
    case 'status':
      return status(term);
    case 'time':
      return number('duration', term);
    case 'queries':
      return number(QUERIES_SQL, term);
    case 'qtime':
      return number(QUERY_TIME_SQL, term);
    case 'age':
      return number('start', ageBound(term, now));
    case 'finding':
      return finding(term);
    case 'errors':
      return { sql: ERRORS_SQL, values: [] };
    default:
      return text(term.field, term);
  }
}

function columns(term: FilterTerm, now: number): SqlCondition {
  const { sql, values } = ofColumns(term, now);
  return { sql: term.not ? `NOT ifnull((${sql}), 0)` : `(${sql})`, values };
}

/** Conditions that need the whole request: it is unpacked last, once for all of them, and only where it can have such calls. */
function inside(terms: FilterTerm[]): SqlCondition[] {
  if (terms.length === 0) return [];
  const kinds = terms.filter(({ not, field }) => !not && field !== 'host').map(({ field }) => `"${field}":`);
  return [
    ...kinds.map((kind) => ({ sql: 'instr(totals, ?) > 0', values: [kind] })),
    {
      sql: 'holds_inside((SELECT body FROM bodies WHERE trace = seq), ?)',
      values: [JSON.stringify(terms)],
    },
  ];
}

/** Condition under which a request matches; `now` is epoch ms. */
export function conditionOf(query: FilterQuery, now: number): SqlCondition {
  if (query.length === 0) return { sql: '1', values: [] };
  const parts = query.map((all) => {
    const outside = all.filter((term) => !termNeedsTrace(term)).map((term) => columns(term, now));
    return [...outside, ...inside(all.filter(termNeedsTrace))];
  });
  return {
    sql: `(${parts.map((all) => all.map(({ sql }) => sql).join(' AND ')).join(' OR ')})`,
    values: parts.flat().flatMap(({ values }) => values),
  };
}

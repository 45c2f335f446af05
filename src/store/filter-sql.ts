/**
 * Filter queries as SQL conditions; a test checks that they select the same requests as
 * filter-match.ts.
 */

import { type FilterQuery, termNeedsTrace } from '../domain/filter.js';
import type { FilterOp, FilterTerm } from '../domain/filter-term.js';
import { ERRORS_SQL, QUERIES_SQL, QUERY_TIME_SQL, WIN_SQL } from '../domain/request.js';
import { LISTED_SQL, ROUTINE_SQL } from '../domain/routine.js';
import { UNIT_SQL } from '../domain/unit.js';
import { ageBound, statusClass } from './filter-match.js';
import { ROUTE_SQL } from './sql-functions.js';

/** A condition with its bound values in order. */
export interface SqlCondition {
  sql: string;
  values: (string | number)[];
}

const OPS: Record<FilterOp, string> = { ':': '=', '=': '=', '>': '>', '>=': '>=', '<': '<', '<=': '<=' };

// Characters; SQLite refuses LIKE patterns of more than 50,000 bytes.
const MAX_PATTERN = 10_000;

/** Whether LIKE and lower() can be used: they fold ASCII only, and LIKE stops at a NUL. */
function isPlain(value: string): boolean {
  return value.length <= MAX_PATTERN && /^[ -~]*$/.test(value);
}

/** Text column contains (`:`) or equals (`=`) a value; columns of `traces` hold no NUL. */
function text(column: string, { op, value }: Pick<FilterTerm, 'op' | 'value'>): SqlCondition {
  const wanted = String(value);
  if (!isPlain(wanted)) return folded(`fold_case(${column})`, { op, value });
  if (op === '=') return { sql: `lower(${column}) = ?`, values: [wanted] };
  // LIKE ignores the case of ASCII letters, and takes two thirds of the time of lower() and
  // instr().
  return {
    sql: `${column} LIKE ? ESCAPE '\\'`,
    values: [`%${wanted.replace(/[\\%_]/g, '\\$&')}%`],
  };
}

function folded(foldedColumn: string, { op, value }: Pick<FilterTerm, 'op' | 'value'>): SqlCondition {
  return {
    sql: op === '=' ? `${foldedColumn} = ?` : `instr(${foldedColumn}, ?) > 0`,
    values: [String(value)],
  };
}

/** A call of the request contains the text, in its own text or in its call site. */
function calls(term: FilterTerm): SqlCondition {
  const fold = isPlain(String(term.value)) ? 'lower' : 'fold_case';
  const [inText, inSite] = [folded(`${fold}(text)`, term), folded(`${fold}(site)`, term)];
  // The few matching subjects are looked up once; the + stops SQLite from searching each of them
  // for each request.
  const subjects = `SELECT id FROM subjects WHERE of = 'call' AND (${inText.sql} OR ${inSite.sql})`;
  const values = [...inText.values, ...inSite.values];
  return {
    // Mostly no subject matches: then EXISTS spares the search in each request's calls.
    sql: `(EXISTS (${subjects}) AND EXISTS (SELECT 1 FROM figures WHERE trace = seq AND +subject IN (${subjects})))`,
    values: [...values, ...values],
  };
}

/** The URL as it was sent or as it is read; few have something to decode. */
function url(term: FilterTerm): SqlCondition {
  const [sent, read] = [text('url', term), folded('readable_url(url)', term)];
  return {
    sql: `(${sent.sql} OR (instr(url, '%') > 0 AND ${read.sql}))`,
    values: [...sent.values, ...read.values],
  };
}

function anywhere(term: FilterTerm): SqlCondition {
  const columns = ['method', 'route', 'status'].map((column) => text(column, term));
  const parts = [url(term), ...columns, calls(term)];
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

/**
 * Kind of a finding. The column is a JSON array: a value without JSON's punctuation can be searched
 * in its text.
 */
function finding({ op, value }: FilterTerm): SqlCondition {
  const wanted = String(value);
  if (/^[\w+ .-]*$/.test(wanted))
    return text('findings', { op: ':', value: op === '=' ? `"${wanted}"` : wanted });
  const { sql, values } = folded('fold_case(value)', { op, value });
  return { sql: `EXISTS (SELECT 1 FROM json_each(findings) WHERE ${sql})`, values };
}

function columnCondition(term: FilterTerm, now: number): SqlCondition {
  switch (term.field) {
    case 'text':
      return anywhere(term);
    case 'path':
      return url(term);
    case 'unit':
      return text(UNIT_SQL, term);
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
    case 'win':
      return number(WIN_SQL, term);
    case 'start':
      return number('start', term);
    case 'age':
      return number('start', ageBound(term, now));
    case 'finding':
      return finding(term);
    case 'errors':
      return { sql: ERRORS_SQL, values: [] };
    case 'routine':
      return { sql: ROUTINE_SQL, values: [] };
    default:
      return text(term.field, term);
  }
}

function negatable(term: FilterTerm, now: number): SqlCondition {
  if (term.field === 'routine' && term.not) return { sql: LISTED_SQL, values: [] };
  const { sql, values } = columnCondition(term, now);
  return { sql: term.not ? `NOT ifnull((${sql}), 0)` : `(${sql})`, values };
}

/** Fields of the whole trace that are no kind of a call. */
const WITHOUT_CALLS = ['host', 'service', 'error'];

/**
 * Conditions that need the whole trace. The trace is unpacked last, once for all terms, and only
 * where its totals have calls of the kinds in question.
 */
function wholeTraceConditions(terms: FilterTerm[]): SqlCondition[] {
  if (terms.length === 0) return [];
  const kinds = terms
    .filter(({ not, field }) => !not && !WITHOUT_CALLS.includes(field))
    .map(({ field }) => `"${field}":`);
  return [
    ...kinds.map((kind) => ({ sql: 'instr(totals, ?) > 0', values: [kind] })),
    {
      sql: 'holds_inside((SELECT body FROM bodies WHERE trace = seq), ?)',
      values: [JSON.stringify(terms)],
    },
  ];
}

/** Condition on the columns of `traces` that is true for matching requests; `now` is epoch ms. */
export function conditionOf(query: FilterQuery, now: number): SqlCondition {
  if (query.length === 0) return { sql: '1', values: [] };
  const parts = query.map((all) => {
    const byColumns = all.filter((term) => !termNeedsTrace(term)).map((term) => negatable(term, now));
    return [...byColumns, ...wholeTraceConditions(all.filter(termNeedsTrace))];
  });
  return {
    sql: `(${parts.map((all) => all.map(({ sql }) => sql).join(' AND ')).join(' OR ')})`,
    values: parts.flat().flatMap(({ values }) => values),
  };
}

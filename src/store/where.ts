/** A query of the filter language as a condition of SQL, as far as the columns know. */

import { looksInside, type Op, type Query, type Term } from '../query.js';

/** A condition and its values, in order. */
export interface Condition {
  sql: string;
  values: (string | number)[];
}

const OPS: Record<Op, string> = { ':': '=', '=': '=', '>': '>', '>=': '>=', '<': '<', '<=': '<=' };

/** Answers a condition on a text: the value within it, or all of it; ASCII letters of either case. */
function text(column: string, { op, value }: Term): Condition {
  if (op === '=') return { sql: `lower(${column}) = ?`, values: [String(value)] };
  // LIKE takes ASCII letters of either case by itself, in two thirds of the time that lower() and instr() take.
  return {
    sql: `${column} LIKE ? ESCAPE '\\'`,
    values: [`%${String(value).replace(/[\\%_]/g, '\\$&')}%`],
  };
}

/** Answers the condition that a request made a call, or had one made at a line, with that text in it. */
function asked(term: Term): Condition {
  const [what, where] = [text('text', term), text('site', term)];
  // The few subjects with the text are looked up once; the + keeps each request from being looked for under all of them.
  const subjects = `SELECT id FROM subjects WHERE of = 'call' AND (${what.sql} OR ${where.sql})`;
  return {
    sql: `EXISTS (SELECT 1 FROM figures WHERE trace = seq AND +subject IN (${subjects}))`,
    values: [...what.values, ...where.values],
  };
}

function number(column: string, { op, value }: Term): Condition {
  return { sql: `${column} ${OPS[op]} ?`, values: [value] };
}

function status(term: Term): Condition {
  if (typeof term.value === 'number') return number('status', term);
  const low = Number(term.value.slice(0, 1)) * 100;
  return { sql: 'status BETWEEN ? AND ?', values: [low, low + 99] };
}

function plain(term: Term, now: number): Condition {
  const { field, op, value } = term;
  switch (field) {
    case 'text': {
      const columns = ['url', 'method', 'route', 'status'];
      const parts = [...columns.map((column) => text(column, term)), asked(term)];
      return {
        sql: parts.map((part) => part.sql).join(' OR '),
        values: parts.flatMap((part) => part.values),
      };
    }
    case 'status':
      return status(term);
    case 'time':
      return number('duration', term);
    case 'queries':
      return number("ifnull(json_extract(totals, '$.sql.count'), 0)", term);
    case 'qtime':
      return number("ifnull(json_extract(totals, '$.sql.ms'), 0)", term);
    case 'age':
      return { sql: `(? - start) ${OPS[op]} ?`, values: [now, value] };
    case 'finding':
      return text('findings', { ...term, op: ':' });
    case 'errors':
      return { sql: `(status >= 500 OR instr(totals, '"errors":') > 0)`, values: [] };
    case 'path':
      return text('url', term);
    default:
      return text(field, term);
  }
}

/** Answers the condition of one term; of one that looks inside, only whether there can be such a thing. */
function condition(term: Term, now: number): Condition | undefined {
  if (looksInside(term)) {
    if (term.not || term.field === 'host') return undefined;
    return { sql: `instr(totals, ?) > 0`, values: [`"${term.field}":`] };
  }
  const { sql, values } = plain(term, now);
  return { sql: term.not ? `NOT ifnull((${sql}), 0)` : `(${sql})`, values };
}

/** Answers what the columns can tell of a query: all that match it pass, and where it looks inside perhaps others. */
export function whereOf(query: Query, now: number): Condition {
  if (query.length === 0) return { sql: '1', values: [] };
  const alternatives = query.map((all) => {
    const parts = all.flatMap((term) => condition(term, now) ?? []);
    return {
      sql: parts.length === 0 ? '1' : parts.map((part) => part.sql).join(' AND '),
      values: parts.flatMap((part) => part.values),
    };
  });
  return {
    sql: `(${alternatives.map((part) => part.sql).join(' OR ')})`,
    values: alternatives.flatMap((part) => part.values),
  };
}

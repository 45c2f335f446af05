/** Statements in SQL for many values or rows at once, as the driver of a call takes them. */

import type { Call } from '../calls/calls.js';
import { DIALECT_IDIOMS, DRIVER_IDIOMS, type SqlIdiom } from './dialects.js';
import { mapperCallOf } from './mapper-call.js';

/** Condition for all values, in SQL; without WHERE if others stay beside it. */
export function sqlCondition(call: Call, columns: string[], placeholder = ''): string {
  if (columns.length === 0) return 'a condition with a list of all values';
  const text = sqlConditionOf(call, columns, placeholder);
  const where = call.shape.slice(call.shape.indexOf(' WHERE '));
  return where.split(' AND ').length > columns.length ? text.replace('`WHERE ', '`') : text;
}

function sqlConditionOf(call: Call, columns: string[], placeholder: string): string {
  const found = mapperCallOf(call);
  const idiom = idiomOf(call);
  const [column] = columns as [string];
  if (columns.length > 1) return idiom.manyPairs(columns, call.sql?.tables[0] ?? '…');
  if (found?.isRaw && found.mapper.many)
    return `\`${found.mapper.many(column, call.dialect ?? 'standard')}\``;
  return idiom.many(column, placeholder);
}

/** Idiom of the call's driver, completed by that of its dialect. */
export function idiomOf({ span, dialect = 'standard' }: Call): SqlIdiom {
  return { ...DIALECT_IDIOMS[dialect], ...DRIVER_IDIOMS[span.library] };
}

/** What an INSERT does with rows that exist. */
export interface ConflictClause {
  /** `ON CONFLICT`, `ON DUPLICATE KEY`, or ''. */
  conflict: string;
  /** Columns of the unique key, as far as they are named. */
  keys: string[];
  changed: string[];
}

/** Clause of an INSERT: `ON CONFLICT ("id") DO UPDATE SET "title" = excluded."title"`. */
export function conflictOf({ span, shape }: Call): ConflictClause {
  const conflict = / ON CONFLICT | ON DUPLICATE KEY /.exec(shape)?.[0].trim() ?? '';
  const namesIn = (list = '') => list.split(',').map((name) => name.replaceAll(/["`\s]/g, ''));
  const keys = /\bON CONFLICT\s*\(([^()]*)\)/i.exec(span.name)?.[1];
  const set = /\b(?:DO UPDATE SET|ON DUPLICATE KEY UPDATE)\b(.*)$/is.exec(span.name)?.[1] ?? '';
  const changed = [...set.matchAll(/["`]?([\w$]+)["`]?\s*=(?!=)/g)].map(([, name]) => name!);
  return { conflict, keys: keys === undefined ? [] : namesIn(keys), changed };
}

export function keptConflict({ conflict, changed }: ConflictClause): string {
  if (conflict === 'ON CONFLICT')
    return `with its ON CONFLICT after them${changed.length > 0 ? ', where `excluded` has the new values' : ''}`;
  return 'with its ON DUPLICATE KEY UPDATE after them, where `VALUES(…)` has the new values';
}

const MAX_COLUMNS = 4;

/** INSERT of many rows. */
export function sqlInsertText(call: Call): string {
  const text = call.span.name;
  const columns = /^\s*(?:INSERT|REPLACE)\s.*?\(([^()]*)\)\s*VALUES/is.exec(text)?.[1] ?? setColumnsOf(text);
  const table = /\bINTO\s+([\w."`$]+)/i.exec(text)?.[1] ?? '…';
  if (!columns) return 'with one INSERT, from a SELECT or from a list of all rows';
  const names = columns.split(',').map((name) => name.trim());
  const idiom = idiomOf(call);
  // mysql's `VALUES ?` and postgres.js's sql(rows) are short with any number of columns.
  const isShort = names.length <= MAX_COLUMNS || !idiom.insert(table, names).includes('(');
  const whole = isShort ? idiom.insert(table, names) : `\`INSERT INTO ${table} (…) VALUES (…), (…), …\``;
  const statement = call.verb === 'REPLACE' ? whole.replace('INSERT INTO', 'REPLACE INTO') : whole;
  const clause = conflictOf(call);
  if (clause.conflict === '') return statement;
  // `…`, or keep the loop: the clause belongs to the statement.
  const end = statement.indexOf('`', 1) + 1;
  return `${statement.slice(0, end)}, ${keptConflict(clause)}${statement.slice(end)}`;
}

// INSERT INTO t SET a = 1, b = 2
function setColumnsOf(text: string): string | undefined {
  const set =
    /^\s*(?:INSERT|REPLACE)\s+(?:IGNORE\s+)?INTO\s+\S+\s+SET\s+(.*?)(?:\s+ON DUPLICATE\b.*)?$/is.exec(
      text,
    )?.[1];
  const names = set && [...set.matchAll(/(?:^|,)\s*([\w`$]+)\s*=/g)].map(([, name]) => name!);
  return names && names.length > 0 ? names.join(', ') : undefined;
}

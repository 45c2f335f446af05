/** The table of a statement and the columns that its WHERE compares by `=`: what a unique index is looked up by. */

import { DOT, NAME } from '../sql/token-kinds.js';
import { clausesOf } from './clauses.js';
import { conjunctsOf, varyingConditions } from './conditions.js';
import { columnName } from './keyed-statement.js';
import type { Template, Term } from './template.js';

export interface FixedColumns {
  /** Table as it is written, with its schema. */
  table: string;
  columns: string[];
}

/** Table and columns of a SELECT from one table; undefined of joins, and where the key is no column. */
export function fixedColumnsOf(template: Template): FixedColumns | undefined {
  const clauses = clausesOf(template.terms);
  if (clauses === undefined || clauses.from.some(({ text }) => /^(?:JOIN|,|SELECT|\()$/.test(text)))
    return undefined;
  const end = clauses.from.findIndex(({ kind }) => kind !== NAME && kind !== DOT);
  const named = end < 0 ? clauses.from : clauses.from.slice(0, end);
  const table: Term[] = [];
  for (const term of named) {
    if (term.kind === NAME && table.at(-1)?.kind === NAME) break;
    table.push(term);
  }
  const keys = varyingConditions(clauses.where, template)?.keys.map(({ key }) => columnName(key)) ?? [];
  if (table.length === 0 || keys.length === 0 || keys.includes(undefined)) return undefined;
  const constant = conjunctsOf(clauses.where).flatMap((conjunct) => {
    const at = conjunct.findIndex(({ text }) => text === '=');
    return at > 0 && at === conjunct.length - 2 ? (columnName(conjunct.slice(0, at)) ?? []) : [];
  });
  return {
    table: table.map(({ written }) => written).join(''),
    columns: [...new Set([...(keys as string[]), ...constant])],
  };
}

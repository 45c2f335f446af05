/** Remarks on SQLite's query plans: EXPLAIN QUERY PLAN. */

import { comparedByKind, orderColumnsOf, tableAliases } from './compared-columns.js';
import { createIndexText, hasIndexFor } from './index-text.js';
import {
  formatCountGrouped,
  indexAdvice,
  MANY_LOOPS,
  MANY_ROWS,
  type Remark,
  type TableFacts,
} from './plan.js';

/** A row of EXPLAIN QUERY PLAN. */
export interface SqliteStep {
  id: number;
  /** Step that it is part of; 0 for the outermost. */
  parent: number;
  /** `SCAN items`, `SEARCH t USING INDEX i (a=?)`, `USE TEMP B-TREE FOR ORDER BY` */
  detail: string;
}

const DIALECT = 'sqlite';

/** Lines of a plan as a tree, as the sqlite3 shell prints it. */
export function planTree(steps: SqliteStep[], parent = 0, indent = ''): string[] {
  const own = steps.filter((step) => step.parent === parent && step.id !== parent);
  return own.flatMap(({ id, detail }, n) => {
    const isLast = n === own.length - 1;
    return [
      `${indent}${isLast ? '`--' : '|--'}${detail}`,
      ...planTree(steps, id, `${indent}${isLast ? '   ' : '|  '}`),
    ];
  });
}

/** Tables that a plan reads without an index of theirs. */
export function planTables(steps: SqliteStep[], statement: string): string[] {
  const aliases = tableAliases(statement, DIALECT);
  const names = steps.flatMap(({ detail }) => {
    const name = scanOf(detail)?.name ?? searchOf(detail)?.name;
    return name === undefined ? [] : (aliases.get(name) ?? name);
  });
  return [...new Set(names)].slice(0, 20);
}

/** Remarks on a plan; `tables` has the facts of its tables. */
export function sqliteRemarks(steps: SqliteStep[], statement: string, tables: TableFacts[]): Remark[] {
  const aliases = tableAliases(statement, DIALECT);
  const factsOf = (name: string) => tables.find((table) => table.name === (aliases.get(name) ?? name));
  return steps.flatMap((step, n) => {
    const before = steps.slice(0, n).filter(({ parent, detail }) => parent === step.parent && reads(detail));
    return [
      ...scanRemarks(step, before, statement, factsOf, aliases),
      ...automaticRemarks(step, factsOf),
      ...sortRemarks(step, steps, factsOf),
    ];
  });
}

type FactsOf = (name: string) => TableFacts | undefined;

function reads(detail: string): boolean {
  return scanOf(detail) !== undefined || searchOf(detail) !== undefined;
}

/** SCAN TABLE t AS a, before 3.36. */
function scanOf(detail: string): { name: string; index?: string } | undefined {
  const [, table, alias, index] =
    /^SCAN (?:TABLE )?(\S+)(?: AS (\S+))?(?: USING (?:COVERING )?INDEX (\S+))?/.exec(detail) ?? [];
  if (table === undefined || /^(?:CONSTANT|SUBQUERY|\d|\()/.test(table) || / VIRTUAL TABLE /.test(detail))
    return undefined;
  return { name: alias ?? table, ...(index !== undefined && { index }) };
}

function searchOf(detail: string): { name: string; automatic?: string[] } | undefined {
  const [, table, alias, how = ''] = /^SEARCH (?:TABLE )?(\S+)(?: AS (\S+))? USING (.*)$/.exec(detail) ?? [];
  if (table === undefined) return undefined;
  const compared = /^AUTOMATIC .*INDEX \((.*)\)$/.exec(how)?.[1];
  const columns = compared?.split(' AND ').map((part) => part.replace(/[=<>].*$/, ''));
  return { name: alias ?? table, ...(columns && { automatic: columns }) };
}

function scanRemarks(
  { detail }: SqliteStep,
  before: SqliteStep[],
  statement: string,
  factsOf: FactsOf,
  aliases: Map<string, string>,
): Remark[] {
  const scan = scanOf(detail);
  const facts = scan && factsOf(scan.name);
  if (scan === undefined || facts === undefined) return [];
  const isInner = before.length > 0;
  if (facts.rows < MANY_ROWS && !(isInner && facts.rows >= MANY_LOOPS)) return [];
  const { equal, range } = comparedByKind(statement, scan.name, aliases.size <= 1, DIALECT);
  const columns = [...equal, ...range];
  if (columns.length === 0 && !isInner) return [];
  const subject =
    scan.index === undefined
      ? `All of ${facts.name} is read`
      : `All of the index ${scan.index} of ${facts.name} is read`;
  const each = isInner ? ', once for each row of the tables before it' : '';
  const order = orderColumnsOf(statement, scan.name, aliases.size <= 1, DIALECT);
  const wish = { table: facts.name, equal, range, order };
  const index = hasIndexFor(wish, facts.indexes ?? []) ? undefined : createIndexText(wish, DIALECT);
  const advice = indexAdvice(columns, facts.name, facts.indexed);
  const isNew = index !== undefined && advice.startsWith('An index');
  const text = `${subject}, about ${formatCountGrouped(facts.rows)} rows${each}. ${advice}`.trim();
  return [
    {
      kind: 'scan',
      table: facts.name,
      text: isNew ? `${text} A guess: ${index};` : text,
      ...(isNew && { index }),
    },
  ];
}

/** An index that SQLite makes for the statement alone, and throws away. */
function automaticRemarks({ detail }: SqliteStep, factsOf: FactsOf): Remark[] {
  const search = searchOf(detail);
  const facts = search && factsOf(search.name);
  if (search?.automatic === undefined || facts === undefined) return [];
  const index = createIndexText({ table: facts.name, equal: search.automatic, range: [] }, DIALECT);
  return [
    {
      kind: 'scan',
      table: facts.name,
      text: `All of ${facts.name}, about ${formatCountGrouped(facts.rows)} rows, is put into an index at each run (AUTOMATIC INDEX), for ${search.automatic.join(', ')}. An index that stays spares it: ${index};`,
      ...(index !== undefined && { index }),
    },
  ];
}

function sortRemarks({ detail, parent }: SqliteStep, steps: SqliteStep[], factsOf: FactsOf): Remark[] {
  const [, clause] =
    /^USE TEMP B-TREE FOR (?:(?:RIGHT|LAST .*) (?:PART|TERMS?) OF )?(.*)$/.exec(detail) ?? [];
  if (clause === undefined) return [];
  const sources = steps.flatMap((step) => {
    const name = step.parent === parent ? scanOf(step.detail)?.name : undefined;
    return name === undefined ? [] : (factsOf(name) ?? []);
  });
  if (!sources.some(({ rows }) => rows >= MANY_ROWS)) return [];
  const isOrder = clause === 'ORDER BY';
  return [
    {
      kind: isOrder ? 'sort' : 'temporary',
      text: `The rows are put into a temporary B-tree for ${clause}. An index that ends in its columns may give them in order.`,
    },
  ];
}

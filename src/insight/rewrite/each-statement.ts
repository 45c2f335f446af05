/** A loop as one statement that joins a row for each call: for ranges, LIKE, LIMIT for each, and all else. */

import type { Dialect } from '../../domain/library.js';
import { CLOSE, NAME, OPEN } from '../sql/token-kinds.js';
import { isAggregate } from './aggregates.js';
import { type Clauses, splitAtCommas } from './clauses.js';
import { isVarying } from './conditions.js';
import { rowCondition } from './keyed-statement.js';
import { isUnlimited, type Limit } from './limit.js';
import { SqlWriter } from './sql-writer.js';
import type { SlotValue, Template, Term } from './template.js';
import type { Replacement, ServerFacts } from './types.js';
import { windowOrder } from './window-order.js';

export interface EachOptions {
  template: Template;
  calls: SlotValue[][];
  facts: ServerFacts;
  clauses: Clauses | undefined;
  limit: Limit | undefined;
}

/** Name of the table with a row for each call, and of its column with their number. */
const TABLE = 'scooby_call';
const NUMBER = 'call_number';
const ROWS = 'scooby_rows';
/** Parts of a UNION that SQLite takes. */
const MAX_PARTS = 500;
const columnOf = (n: number) => `value_${n + 1}`;

/** Statement with a row for each call; undefined where neither LATERAL nor a join has its rows. */
export function eachStatement(options: EachOptions): Replacement | undefined {
  const { template, facts, clauses, limit } = options;
  // LIMIT takes no column.
  if (clauses && limit === undefined) return undefined;
  if (facts.hasLateral) return lateralStatement(options);
  // Which rows a LIMIT without an order keeps, the calls alone tell.
  const isArbitrary = limit !== undefined && !isUnlimited(limit) && clauses?.order.length === 0;
  const isJoined = clauses && limit && !isArbitrary && isJoinable(template, clauses, limit, facts);
  return (isJoined ? joinStatement(options, clauses, limit) : undefined) ?? unionStatement(options);
}

/** Without LATERAL the calls themselves, one below the other: still one round trip. */
export function unionStatement({
  template,
  calls,
}: Pick<EachOptions, 'template' | 'calls'>): Replacement | undefined {
  if (calls.length > MAX_PARTS) return undefined;
  const writer = new SqlWriter(template.dialect);
  writer.list([...calls.entries()], ' UNION ALL ', ([n, call]) => {
    writer.add(`SELECT ${ROWS}_${n + 1}.*, ${n + 1} AS ${NUMBER} FROM (`).terms(template.terms, call);
    writer.add(`) AS ${ROWS}_${n + 1}`);
  });
  return { ...numbered(writer), kind: 'union', added: 1, keys: [-1] };
}

function lateralStatement(options: EachOptions): Replacement {
  const { template, calls } = options;
  const writer = new SqlWriter(template.dialect);
  const slots = [...template.varying];
  writer.add(`SELECT scooby_rows.*, ${TABLE}.${NUMBER} FROM `);
  callTable(writer, options, slots);
  writer.add(' CROSS JOIN LATERAL (').terms(template.terms, calls[0]!, replacer(slots));
  writer.add(`) AS scooby_rows ORDER BY ${TABLE}.${NUMBER}`);
  return { ...numbered(writer), kind: 'lateral', added: 1, keys: [-1] };
}

function numbered({ sql, values }: SqlWriter): Omit<Replacement, 'kind' | 'added' | 'keys'> {
  return { sql, values, isNumbered: true, skipsEmpty: false };
}

function replacer(slots: number[]): (slot: number) => string | undefined {
  return (slot) => {
    const at = slots.indexOf(slot);
    return at < 0 ? undefined : `${TABLE}.${columnOf(at)}`;
  };
}

/** The table with the values of each call. */
function callTable(writer: SqlWriter, { template, calls, facts }: EachOptions, slots: number[]): void {
  const { dialect } = template;
  const names = slots.map((_, n) => columnOf(n));
  if (dialect !== 'pg') return unionTable(writer, calls, slots, dialect);
  const types = slots.map((slot) => facts.types.get(slot));
  const columns = `${TABLE}(${[...names, NUMBER].join(', ')})`;
  const areTyped = types.every((type) => type !== undefined && !type.endsWith('[]'));
  if (areTyped && calls.every((call) => slots.every((slot) => call[slot]!.literal === undefined))) {
    writer.add('unnest(').list(slots, ', ', (slot) => {
      writer.value(calls.map((call) => call[slot]!.value)).add(`::${facts.types.get(slot)}[]`);
    });
    writer.add(`) WITH ORDINALITY AS ${columns}`);
    return;
  }
  writer.add('(VALUES ').list([...calls.entries()], ', ', ([n, call]) => {
    writer.add('(').list(slots, ', ', (slot) => {
      const type = facts.types.get(slot);
      writer.slot(call[slot]!).add(type === undefined ? '' : `::${type}`);
    });
    writer.add(`, ${n + 1})`);
  });
  writer.add(`) AS ${columns}`);
}

function unionTable(writer: SqlWriter, calls: SlotValue[][], slots: number[], dialect: Dialect): void {
  const names = slots.map((_, n) => columnOf(n));
  // SQLite takes 500 parts of a UNION, and any number of VALUES.
  if (dialect === 'sqlite') {
    const columns = [NUMBER, ...names].map((name, n) => `column${n + 1} AS ${name}`).join(', ');
    writer.add(`(SELECT ${columns} FROM (VALUES `).list([...calls.entries()], ', ', ([n, call]) => {
      writer.add(`(${n + 1}`);
      for (const slot of slots) writer.add(', ').slot(call[slot]!);
      writer.add(')');
    });
    writer.add(`)) AS ${TABLE}`);
    return;
  }
  writer.add('(').list([...calls.entries()], ' UNION ALL ', ([n, call]) => {
    writer.add(`SELECT ${n + 1} AS ${NUMBER}`);
    for (const [at, slot] of slots.entries())
      writer
        .add(', ')
        .slot(call[slot]!)
        .add(` AS ${columnOf(at)}`);
  });
  writer.add(`) AS ${TABLE}`);
}

/** A join has the rows where what varies does not stand in a table of its own, and nothing counts over all. */
function isJoinable(
  { varying }: Template,
  clauses: Clauses,
  limit: Limit,
  { hasWindows }: ServerFacts,
): boolean {
  const { prefix, list, modifiers, from, window, order } = clauses;
  if (prefix.length > 0 || window.length > 0 || list[0]?.text === 'ON') return false;
  if (from.some(({ text }) => /^(?:RIGHT|FULL|NATURAL)$/.test(text))) return false;
  if (variesInBrackets(from, varying) || [...list, ...order].some(({ text }) => /^over$/i.test(text)))
    return false;
  if (isUnlimited(limit)) return true;
  return hasWindows && !isAggregate(clauses) && !modifiers.some(({ text }) => text === 'DISTINCT');
}

function variesInBrackets(from: Term[], varying: Set<number>): boolean {
  const opened: boolean[] = [];
  return from.some((term, n) => {
    if (term.kind === OPEN) opened.push(from[n + 1]?.text === 'SELECT');
    else if (term.kind === CLOSE) opened.pop();
    return opened.includes(true) && isVarying(term, varying);
  });
}

function joinStatement(options: EachOptions, clauses: Clauses, limit: Limit): Replacement | undefined {
  const { template, calls } = options;
  const list = withoutStar(clauses);
  if (list === undefined) return undefined;
  const slots = [...template.varying];
  const writer = new SqlWriter(template.dialect);
  const write = (keyword: string, terms: Term[]) => {
    if (terms.length > 0) writer.add(keyword).terms(terms, calls[0]!, replacer(slots));
  };
  const isLimited = !isUnlimited(limit);
  const key = `${TABLE}.${NUMBER}`;
  if (isLimited) writer.add('SELECT * FROM (');
  write('SELECT ', clauses.modifiers);
  writer.add(clauses.modifiers.length > 0 ? ' ' : 'SELECT ');
  writer.list(list, ', ', (item) =>
    typeof item === 'string' ? writer.add(item) : writer.terms(item, calls[0]!, replacer(slots)),
  );
  writer.add(`, ${key}`);
  if (isLimited) {
    writer.add(`, ROW_NUMBER() OVER (PARTITION BY ${key}`);
    for (const [n, item] of windowOrder(clauses, calls[0]!).entries())
      write(n === 0 ? ' ORDER BY ' : ', ', item);
    writer.add(') AS scooby_row');
  }
  writer.add(' FROM ');
  callTable(writer, options, slots);
  write(' CROSS JOIN ', clauses.from);
  write(' WHERE ', clauses.where);
  if (isAggregate(clauses)) {
    writer.add(` GROUP BY ${key}`);
    write(', ', clauses.group);
  }
  write(' HAVING ', clauses.having);
  if (isLimited) writer.add(`) AS scooby_rows WHERE ${rowCondition(limit)} ORDER BY scooby_row`);
  else write(' ORDER BY ', clauses.order);
  const added = isLimited ? 2 : 1;
  const skipsEmpty = isAggregate(clauses) && clauses.group.length === 0;
  return { ...numbered(writer), kind: 'join', added, keys: [-added], skipsEmpty };
}

/** Items of the list, where `*` would also have the columns of the calls; undefined where its tables are not known. */
function withoutStar({ list, from }: Clauses): (Term[] | string)[] | undefined {
  const items = splitAtCommas(list);
  if (!items.some((item) => item.length === 1 && item[0]!.text === '*')) return items;
  const names = splitAtCommas(from).flatMap((item) => tableNames(item));
  if (names.includes(undefined)) return undefined;
  return items.flatMap((item): (Term[] | string)[] =>
    item.length === 1 && item[0]!.text === '*' ? names.map((name) => `${name}.*`) : [item],
  );
}

/** Name or alias of each table in a list of joins. */
function tableNames(item: Term[]): (string | undefined)[] {
  const names: (string | undefined)[] = [];
  for (let at = 0; at < item.length; ) {
    let name: string | undefined;
    while (item[at]?.kind === NAME || item[at]?.text === '.') {
      if (item[at]!.kind === NAME) name = item[at]!.written;
      at++;
    }
    if (item[at]?.text === 'AS') name = item[++at]?.written;
    names.push(name);
    while (at < item.length && item[at]!.text !== 'JOIN') at++;
    at++;
  }
  return names;
}

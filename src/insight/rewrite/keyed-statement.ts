/** A loop as one statement with a list of its values, grouped or numbered by them where it has to be. */

import { CAST, DOT, NAME } from '../sql/token-kinds.js';
import { type Clauses, splitAtCommas } from './clauses.js';
import type { KeyCondition, VaryingConditions } from './conditions.js';
import type { Limit } from './limit.js';
import { SqlWriter } from './sql-writer.js';
import type { SlotValue, Template, Term } from './template.js';
import type { Replacement } from './types.js';
import { windowOrder } from './window-order.js';

export interface KeyedOptions {
  template: Template;
  /** Calls with different values. */
  calls: SlotValue[][];
  clauses: Clauses;
  conditions: VaryingConditions;
  types: Map<number, string>;
  isAggregate: boolean;
  /** Rows to keep for each key; without it all. */
  limit?: Limit;
}

const ROW_COLUMN = 'scooby_row';

/** The statement with the conditions that vary as a list. */
export function keyedStatement(options: KeyedOptions): Replacement {
  const { clauses, conditions, template, calls, isAggregate, limit } = options;
  const [call] = calls as [SlotValue[]];
  const writer = new SqlWriter(template.dialect);
  const found = limit
    ? conditions.keys.map(() => undefined)
    : conditions.keys.map(({ key }) => keyColumn(key, clauses));
  const missing = conditions.keys.filter((_, n) => found[n] === undefined).map(({ key }) => key);
  const write = (terms: Term[]) => void writer.terms(terms, call);
  const part = (keyword: string, terms: Term[]) => {
    if (terms.length > 0) writeClause(writer, keyword, terms, call);
  };
  if (limit) writer.add('SELECT * FROM (');
  if (clauses.prefix.length > 0) writer.terms(clauses.prefix, call).add(' ');
  writer.add('SELECT ');
  if (clauses.modifiers.length > 0) writer.terms(clauses.modifiers, call).add(' ');
  writer.terms(clauses.list, call);
  for (const [n, key] of missing.entries()) {
    writer.add(', ');
    write(key);
    if (limit) writer.add(` AS scooby_key_${n + 1}`);
  }
  if (limit) rowNumber(writer, conditions.keys, clauses, call);
  part(' FROM ', clauses.from);
  writer.add(' WHERE ');
  listCondition(writer, options);
  for (const conjunct of conditions.constant) {
    writer.add(' AND ');
    const isEither = conjunct.some(({ text }) => /^(?:OR|XOR|\|\|)$/.test(text));
    if (isEither) writer.add('(');
    write(conjunct);
    if (isEither) writer.add(')');
  }
  if (isAggregate) {
    const own = splitAtCommas(clauses.group).map(textOf);
    const added = conditions.keys.map(({ key }) => key).filter((key) => !own.includes(textOf(key)));
    writer.add(' GROUP BY ').list([...added, ...splitAtCommas(clauses.group)], ', ', write);
  }
  part(' HAVING ', clauses.having);
  if (limit) writer.add(`) AS scooby_rows WHERE ${rowCondition(limit)} ORDER BY ${ROW_COLUMN}`);
  else part(' ORDER BY ', clauses.order);
  return {
    kind: limit ? 'window' : isAggregate ? 'group' : 'list',
    sql: writer.sql,
    values: writer.values,
    keys: positionsOf(found, missing.length, limit ? 1 : 0),
    added: missing.length + (limit ? 1 : 0),
    isNumbered: false,
    skipsEmpty: isAggregate && clauses.group.length === 0,
  };
}

function writeClause(writer: SqlWriter, keyword: string, terms: Term[], call: SlotValue[]): void {
  writer.add(keyword).terms(terms, call);
}

/** Keys that were found keep their place; the others stand at the end, before `after` columns. */
function positionsOf(
  found: (string | number | undefined)[],
  missing: number,
  after: number,
): (string | number)[] {
  let next = -(missing + after);
  return found.map((key) => key ?? next++);
}

function rowNumber(writer: SqlWriter, keys: KeyCondition[], clauses: Clauses, call: SlotValue[]): void {
  writer.add(', ROW_NUMBER() OVER (PARTITION BY ');
  writer.list(keys, ', ', ({ key }) => void writer.terms(key, call));
  if (clauses.order.length > 0)
    writer.add(' ORDER BY ').list(windowOrder(clauses, call), ', ', (item) => void writer.terms(item, call));
  writer.add(`) AS ${ROW_COLUMN}`);
}

/** Condition on the number of a row among those of its key. */
export function rowCondition({ count, offset }: Limit): string {
  const conditions = [
    ...(offset > 0 ? [`${ROW_COLUMN} > ${offset}`] : []),
    ...(count === undefined ? [] : [`${ROW_COLUMN} <= ${offset + count}`]),
  ];
  return conditions.join(' AND ');
}

function listCondition(writer: SqlWriter, { template, calls, conditions, types }: KeyedOptions): void {
  const { dialect } = template;
  const [condition, ...others] = conditions.keys as [KeyCondition, ...KeyCondition[]];
  if (others.length > 0) return pairsCondition(writer, conditions.keys, calls, dialect === 'sqlite');
  const { key, operand } = condition;
  writer.terms(key, calls[0]!);
  const slot = bareSlot(operand);
  const values = slot === undefined ? undefined : calls.map((call) => call[slot]!);
  const areScalars = values?.every(({ literal, value }) => literal === undefined && isScalar(value));
  if (slot !== undefined && areScalars && dialect === 'pg') {
    const cast = operand.slice(operand.findIndex(({ kind }) => kind === CAST) + 1);
    const type =
      operand.length > 1
        ? cast
            .map(({ written, spaced }) => (spaced ? ' ' : '') + written)
            .join('')
            .trim()
        : types.get(slot);
    writer.add(' = ANY(').value(values!.map(({ value }) => value));
    writer.add(type === undefined ? ')' : `::${type}[])`);
  } else if (areScalars && dialect === 'mysql' && operand.length === 1)
    writer
      .add(' IN (')
      .value(values!.map(({ value }) => value))
      .add(')');
  else {
    writer
      .add(' IN (')
      .list(calls, ', ', (call) => void writer.terms(operand, call))
      .add(')');
  }
}

function pairsCondition(
  writer: SqlWriter,
  keys: KeyCondition[],
  calls: SlotValue[][],
  withValues: boolean,
): void {
  writer
    .add('(')
    .list(keys, ', ', ({ key }) => void writer.terms(key, calls[0]!))
    .add(') IN (');
  if (withValues) writer.add('VALUES ');
  writer.list(calls, ', ', (call) => {
    writer
      .add('(')
      .list(keys, ', ', ({ operand }) => void writer.terms(operand, call))
      .add(')');
  });
  writer.add(')');
}

/** Slot of an operand that is one, or one with a cast. */
export function bareSlot(operand: Term[]): number | undefined {
  const [first, second] = operand;
  const casts = operand.filter(({ kind }) => kind === CAST).length;
  const isBare = operand.length === 1 || (second?.kind === CAST && casts === 1);
  return isBare ? first?.slot : undefined;
}

function isScalar(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return 'bytes' in value;
}

/** Where the rows have the key: its position, or its name within `*`; undefined where they have not. */
function keyColumn(key: Term[], { list, from }: Clauses): string | number | undefined {
  const items = splitAtCommas(list);
  const text = textOf(key);
  const at = items.findIndex(
    (item) => isKeyItem(item, key, text) || (isOneTable(from) && isSameColumn(item, key)),
  );
  const star = items.findIndex((item) => item.at(-1)?.text === '*' && item.length !== 2);
  if (at >= 0 && (star < 0 || at < star)) return at;
  const name = columnName(key);
  if (name === undefined || star < 0) return undefined;
  const [only] = items[star]!;
  const isAll = items[star]!.length === 1;
  const qualifier = key.length > 1 ? textOf(key.slice(0, -2)) : undefined;
  if (isAll) return isOneTable(from) ? name : undefined;
  return qualifier !== undefined && only !== undefined && textOf(items[star]!.slice(0, -2)) === qualifier
    ? isOneTable(from) || items.length === 1
      ? name
      : undefined
    : undefined;
}

function isKeyItem(item: Term[], key: Term[], text: string): boolean {
  if (textOf(item.slice(0, key.length)) !== text) return false;
  const rest = item.slice(key.length);
  if (rest.length === 0) return true;
  const [first, second] = rest;
  const alias = first!.text === 'AS' ? second : first;
  return alias?.kind === NAME && rest.length === (first!.text === 'AS' ? 2 : 1);
}

/** Of one table `t.a` and `a` are the same. */
function isSameColumn(item: Term[], key: Term[]): boolean {
  const end = item.findIndex(({ kind }) => kind !== NAME && kind !== DOT);
  const column = end < 0 ? item : item.slice(0, end);
  const name = columnName(key);
  const isColumn = name !== undefined && columnName(column) === name;
  return isColumn && isKeyItem(item, column, textOf(column));
}

/** Text by which expressions are compared. */
function textOf(terms: Term[]): string {
  return terms.map(({ text, slot }) => (slot === undefined ? text : `?${slot}`)).join(' ');
}

/** Name of a column, without quotes; undefined for other expressions. */
export function columnName(key: Term[]): string | undefined {
  const isName = key.every(({ kind }, n) => kind === (n % 2 === 0 ? NAME : DOT)) && key.length % 2 === 1;
  return isName ? key.at(-1)!.text.replace(/^["`](.*)["`]$/, '$1') : undefined;
}

function isOneTable(from: Term[]): boolean {
  return !from.some(({ text }) => /^(?:JOIN|,|SELECT)$/.test(text));
}

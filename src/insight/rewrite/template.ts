/** Template of a loop's statements: their common tokens, and the values of each call. */

import type { Dialect } from '../../domain/library.js';
import type { Span } from '../../domain/trace.js';
import { driverValue, limitNumber } from '../plan/values.js';
import { COMMENT, piecesOf, VERSION_MARK, WHITESPACE } from '../sql/pieces.js';
import { isPlaceholder, limitPlaceholders, Placeholders } from '../sql/placeholders.js';
import { lengthBeforeCut } from '../sql/recorded-value.js';
import { NAME, OPEN, OPERATOR, SEMICOLON, VALUE, WORD } from '../sql/token-kinds.js';

/** Token of a statement; a slot is a place for a value. */
export interface Term {
  kind: number;
  /** Canonical form: keywords in capitals, names as the server reads them. */
  text: string;
  written: string;
  /** Whether a space or a comment stands before it. */
  spaced: boolean;
  /** Number of the slot. */
  slot?: number;
}

/** Value of one slot in one call: a literal as it is written, or a value for the driver. */
export interface SlotValue {
  literal?: string;
  value?: unknown;
  /** Name for messages: `$2`, `value 1`. */
  name: string;
  /** Why the value is not known whole. */
  loss?: string;
}

/** Statements that differ in their values only. */
export interface Template {
  dialect: Dialect;
  terms: Term[];
  /** Values by slot, of each call. */
  calls: SlotValue[][];
  /** Slots whose value is another in some calls. */
  varying: Set<number>;
  /** Indices of these calls among all. */
  members: number[];
  /** Number of calls with other tokens. */
  others: number;
}

/** One statement's tokens and values. */
interface ReadStatement {
  terms: Term[];
  values: SlotValue[];
}

type Call = Pick<Span, 'name' | 'detail'>;

/**
 * Template of most of the calls; `given` has values for slots that were masked, by their names.
 * Throws an Error for the user where a statement cannot be read whole.
 */
export function templateOf(calls: Call[], dialect: Dialect, given: Record<string, unknown> = {}): Template {
  const groups = new Map<string, (ReadStatement & { index: number })[]>();
  for (const [index, call] of calls.entries()) {
    const statement = { ...readStatement(call, dialect, given), index };
    const key = JSON.stringify(statement.terms.map(({ text, slot }) => (slot === undefined ? text : 0)));
    const group = groups.get(key);
    if (group) group.push(statement);
    else groups.set(key, [statement]);
  }
  const largest = [...groups.values()].reduce((a, b) => (b.length > a.length ? b : a), []);
  const values = largest.map((statement) => statement.values);
  const [first = []] = values;
  const varying = first.flatMap((value, slot) =>
    values.some((other) => slotKey(other[slot]!) !== slotKey(value)) ? [slot] : [],
  );
  return {
    dialect,
    terms: largest[0]?.terms ?? [],
    calls: values,
    varying: new Set(varying),
    members: largest.map(({ index }) => index),
    others: calls.length - largest.length,
  };
}

/** Text by which equal values are known. */
export function slotKey({ literal, value }: SlotValue): string {
  return literal ?? JSON.stringify(value) ?? '';
}

function readStatement(
  { name: sql, detail }: Call,
  dialect: Dialect,
  given: Record<string, unknown>,
): ReadStatement {
  if (lengthBeforeCut(sql) !== undefined)
    throw new Error('Only the beginning of the statement was recorded.');
  const params = new Placeholders(detail?.params, dialect);
  const terms: Term[] = [];
  const values: SlotValue[] = [];
  const limits = dialect === 'mysql' ? limitPlaceholders(sql) : undefined;
  let placeholders = 0;
  let spaced = false;
  const addSlot = (written: string, value: SlotValue) => {
    terms.push({ kind: VALUE, text: '?', written, spaced, slot: values.length });
    values.push(value);
  };
  for (const piece of piecesOf(sql, dialect)) {
    const { kind, written, text } = piece;
    if (kind === VERSION_MARK)
      throw new Error('The statement has a version comment, which servers read differently.');
    if (kind === WHITESPACE || kind === COMMENT) {
      spaced = true;
      continue;
    }
    if (isPlaceholder(piece, dialect)) {
      const bound = params.take(written);
      if (kind === NAME) throw new Error('The statement has a placeholder for a name: ??');
      const slot = boundSlot(bound, dialect, given);
      addSlot(written, limits?.has(placeholders++) ? { ...slot, value: limitNumber(slot.value) } : slot);
    } else if (kind === VALUE) {
      const sign = signBefore(terms);
      if (sign !== undefined) terms.pop();
      addSlot(written, { ...literalSlot(`${sign ?? ''}${written}`), name: written });
    } else terms.push({ kind, text, written, spaced });
    spaced = false;
  }
  while (terms.at(-1)?.kind === SEMICOLON) terms.pop();
  return { terms, values };
}

function boundSlot(
  { value, name, loss }: ReturnType<Placeholders['take']>,
  dialect: Dialect,
  given: Record<string, unknown>,
): SlotValue {
  if (Object.hasOwn(given, name)) return { name, value: given[name] };
  if (loss !== undefined) return { name, loss };
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (isObject && dialect === 'mysql')
    throw new Error(`${name} is an object, which the driver writes as columns.`);
  return { name, value: driverValue(value, dialect === 'mysql') };
}

function literalSlot(literal: string): Pick<SlotValue, 'literal' | 'loss'> {
  return literal === "'REDACTED'" ? { loss: 'masked' } : { literal };
}

// `= -5`: a sign that follows no operand belongs to the number.
function signBefore(terms: Term[]): string | undefined {
  const last = terms.at(-1);
  const before = terms.at(-2);
  if (last?.kind !== OPERATOR || !/^[-+]$/.test(last.text) || before === undefined) return undefined;
  const startsOperand = before.kind === OPERATOR || before.kind === OPEN || before.kind === WORD;
  return startsOperand ? last.text : undefined;
}

/** Conditions of WHERE that a loop varies: `column = value`, joined by AND. */

import { CAST, CLOSE, NAME, OPEN, VALUE, WORD } from '../sql/token-kinds.js';
import { withoutBrackets } from './clauses.js';
import type { Template, Term } from './template.js';

/** `key = operand`: an expression of columns, and another with the value that varies. */
export interface KeyCondition {
  key: Term[];
  operand: Term[];
}

/** WHERE as the conditions that vary and those that stay. */
export interface VaryingConditions {
  keys: KeyCondition[];
  constant: Term[][];
}

type Values = Pick<Template, 'varying' | 'calls'>;

/** Terms between the ANDs outside of brackets, of BETWEEN and of CASE; the whole where there is an OR. */
export function conjunctsOf(where: Term[]): Term[][] {
  const terms = withoutBrackets(where);
  const parts: Term[][] = [[]];
  let depth = 0;
  let cases = 0;
  let isBetween = false;
  for (const term of terms) {
    if (term.kind === OPEN) depth++;
    else if (term.kind === CLOSE) depth--;
    else if (term.text === 'CASE') cases++;
    else if (term.text === 'END' && cases > 0) cases--;
    const isOutside = depth === 0 && cases === 0;
    if (isOutside && /^(?:OR|XOR|\|\|)$/.test(term.text)) return [terms];
    if (isOutside && term.text === 'BETWEEN') isBetween = true;
    else if (isOutside && (term.text === 'AND' || term.text === '&&')) {
      if (!isBetween) {
        parts.push([]);
        continue;
      }
      isBetween = false;
    }
    parts.at(-1)!.push(term);
  }
  if (parts.length === 1) return parts.filter((part) => part.length > 0);
  return parts.flatMap((part) => conjunctsOf(part));
}

/**
 * The conditions of WHERE, where all that varies is compared by `=` with expressions of columns;
 * undefined for anything else.
 */
export function varyingConditions(where: Term[], { varying, calls }: Values): VaryingConditions | undefined {
  const keys: KeyCondition[] = [];
  const constant: Term[][] = [];
  for (const conjunct of conjunctsOf(where)) {
    if (!conjunct.some((term) => isVarying(term, varying))) constant.push(conjunct);
    else {
      const key = keyCondition(conjunct, varying);
      // date_trunc('hour', made) = $1; a placeholder would be another for GROUP BY than for the list.
      const isBound = key?.key.some(
        ({ slot }) => slot !== undefined && calls[0]?.[slot]?.literal === undefined,
      );
      if (isBound) return undefined;
      if (key === undefined) return undefined;
      keys.push(key);
    }
  }
  return keys.length > 0 ? { keys, constant } : undefined;
}

/** Whether a term is a slot whose value varies. */
export function isVarying({ slot }: Term, varying: Set<number>): boolean {
  return slot !== undefined && varying.has(slot);
}

function keyCondition(conjunct: Term[], varying: Set<number>): KeyCondition | undefined {
  const terms = withoutBrackets(conjunct);
  const at = outside(terms, ({ text }) => text === '=');
  if (at.length === 1) {
    const [left, right] = [terms.slice(0, at[0]), terms.slice(at[0]! + 1)];
    const isRight = right.some((term) => isVarying(term, varying));
    return keyOf(isRight ? left : right, isRight ? right : left);
  }
  // IN ($1), which Prisma and others write for one value.
  const [isIn, ...others] = outside(terms, ({ text }) => text === 'IN');
  if (isIn === undefined || others.length > 0) return undefined;
  const list = withoutBrackets(terms.slice(isIn + 1));
  return list.some(({ text }) => text === ',') ? undefined : keyOf(terms.slice(0, isIn), list);
}

function keyOf(key: Term[], operand: Term[]): KeyCondition | undefined {
  if (key.length === 0 || operand.length === 0) return undefined;
  if (key.some(({ text }) => text === 'SELECT' || text === 'NOT')) return undefined;
  if (!key.some(({ kind }) => kind === NAME) || !isOperand(operand)) return undefined;
  // a < b = $1, a IS NULL = $1
  return outside(key, ({ text }) => /^(?:[<>~]|[<>]=|<>|IS|LIKE|ILIKE|BETWEEN|IN)$/.test(text)).length > 0
    ? undefined
    : { key, operand };
}

// A value with its cast or function: no column, which would be another for each row.
function isOperand(operand: Term[]): boolean {
  return operand.every(({ kind, text }, n) => {
    if (kind === NAME)
      return operand[n + 1]?.text === '(' || operand[n - 1]?.kind === CAST || isTypeName(operand, n);
    if (kind === WORD) return /^(?:CAST|AS|LEFT|RIGHT|REPLACE|WITH|WITHOUT|COLLATE)$/.test(text);
    return kind === VALUE || kind === OPEN || kind === CLOSE || kind === CAST || text === '.' || text === ',';
  });
}

/** `CAST(? AS int)`, `DATE '…'`, the second word of `::double precision`, and a quoted or qualified type. */
function isTypeName(operand: Term[], n: number): boolean {
  const before = operand[n - 1];
  const next = operand[n + 1];
  if (before?.text === 'AS' || before?.text === 'COLLATE') return true;
  if (next?.kind === VALUE) return true;
  if (before?.text === '.' || next?.text === '.') return true;
  return (
    before?.kind === NAME && operand.slice(0, n).some(({ kind, text }) => kind === CAST || text === 'AS')
  );
}

function outside(terms: Term[], matches: (term: Term) => boolean): number[] {
  let depth = 0;
  return terms.flatMap((term, n) => {
    if (term.kind === OPEN) depth++;
    else if (term.kind === CLOSE) depth--;
    return depth === 0 && matches(term) ? [n] : [];
  });
}

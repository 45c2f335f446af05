/** Clauses of a SELECT, as ranges of its terms. */

import { CLOSE, COMMA, OPEN, WORD } from '../sql/token-kinds.js';
import type { Term } from './template.js';

/** Terms of each clause without its keyword; a clause that is not there is empty. */
export interface Clauses {
  /** WITH …, before the SELECT. */
  prefix: Term[];
  /** DISTINCT, ALL, and MySQL's modifiers. */
  modifiers: Term[];
  list: Term[];
  from: Term[];
  where: Term[];
  group: Term[];
  having: Term[];
  window: Term[];
  order: Term[];
  limit: Term[];
  offset: Term[];
}

type ClauseName = keyof Clauses;

const STARTS: Record<string, ClauseName> = {
  SELECT: 'modifiers',
  FROM: 'from',
  WHERE: 'where',
  GROUP: 'group',
  HAVING: 'having',
  WINDOW: 'window',
  ORDER: 'order',
  LIMIT: 'limit',
  OFFSET: 'offset',
  FETCH: 'limit',
};
const MODIFIERS = /^(?:DISTINCT|ALL|SQL_\w+|STRAIGHT_JOIN|HIGH_PRIORITY)$/i;
const SET_OPERATORS = /^(?:UNION|INTERSECT|EXCEPT)$/;

/** Clauses of a single SELECT; undefined for unions, VALUES, TABLE and what is no SELECT. */
export function clausesOf(terms: Term[]): Clauses | undefined {
  const clauses: Clauses = {
    ...{ prefix: [], modifiers: [], list: [], from: [], where: [], group: [], having: [] },
    ...{ window: [], order: [], limit: [], offset: [] },
  };
  let current: ClauseName = 'prefix';
  let depth = 0;
  for (const [n, term] of terms.entries()) {
    if (term.kind === OPEN) depth++;
    else if (term.kind === CLOSE) depth--;
    if (depth === 0 && term.kind === WORD) {
      if (SET_OPERATORS.test(term.text)) return undefined;
      const next = clauseAt(term, terms[n - 1], current);
      if (next !== undefined) {
        if (next === 'modifiers' && current !== 'prefix') return undefined;
        current = next;
        continue;
      }
      // GROUP BY, ORDER BY
      if (term.text === 'BY' && /^(?:GROUP|ORDER)$/.test(terms[n - 1]?.text ?? '')) continue;
    }
    if (current === 'modifiers' && !MODIFIERS.test(term.text)) current = 'list';
    clauses[current].push(term);
  }
  return clauses.list.length > 0 ? clauses : undefined;
}

function clauseAt(term: Term, before: Term | undefined, current: ClauseName): ClauseName | undefined {
  if (!Object.hasOwn(STARTS, term.text)) return undefined;
  // a IS DISTINCT FROM b
  if (term.text === 'FROM' && (before?.text === 'DISTINCT' || current !== 'list')) return undefined;
  if (current === 'prefix' && term.text !== 'SELECT') return undefined;
  return STARTS[term.text];
}

/** Parts between the commas outside of brackets. */
export function splitAtCommas(terms: Term[]): Term[][] {
  const parts: Term[][] = [[]];
  let depth = 0;
  for (const term of terms) {
    if (term.kind === OPEN) depth++;
    else if (term.kind === CLOSE) depth--;
    if (depth === 0 && term.kind === COMMA) parts.push([]);
    else parts.at(-1)!.push(term);
  }
  return parts.filter((part) => part.length > 0);
}

/** Terms without brackets around all of them. */
export function withoutBrackets(terms: Term[]): Term[] {
  if (terms[0]?.text !== '(' || terms.at(-1)?.text !== ')') return terms;
  let depth = 0;
  for (const [n, { kind }] of terms.entries()) {
    if (kind === OPEN) depth++;
    else if (kind === CLOSE) depth--;
    if (depth === 0 && n < terms.length - 1) return terms;
  }
  return withoutBrackets(terms.slice(1, -1));
}

/** Names of the functions that are called, in lower case, each once. */
export function calledFunctions<T extends Pick<Term, 'kind' | 'text'>>(
  terms: T[],
  isFunction: (term: T) => boolean,
): string[] {
  const names = terms.flatMap((term, n) =>
    terms[n + 1]?.text === '(' && isFunction(term) ? term.text.replaceAll(/["`]/g, '').toLowerCase() : [],
  );
  return [...new Set(names)];
}

/** The filter language: `status>=400 (n1 or slower:100ms) sql:users !health`, parsed to a query that a store evaluates. */

import { type Field, type Term, termOf } from './filter-term.js';
import { type Token, tokensOf } from './filter-tokens.js';
import { KNOWN_KINDS } from './span-kinds.js';

/** Alternatives of conditions that all hold; none at all matches everything. */
export type Query = Term[][];

export type Parsed = { query: Query } | { trouble: string };

// SQLite takes expressions up to 1000 deep.
const MAX_TERMS = 200;
const MAX_DEPTH = 50;

class Trouble extends Error {}

/** Query that a filter means, or a sentence that says what is wrong with it. */
export function parseFilter(text: string): Parsed {
  const tokens = tokensOf(text);
  if (!Array.isArray(tokens)) return { trouble: 'a quote is not closed' };
  try {
    const rest = [...tokens];
    const query = alternatives(rest, 0);
    if (rest.length > 0) throw new Trouble('there is a ) too many');
    return { query };
  } catch (error) {
    if (error instanceof Trouble) return { trouble: error.message };
    throw error;
  }
}

function alternatives(rest: Token[], depth: number): Query {
  let query: Query = [];
  while (rest.length > 0 && rest[0]!.kind !== 'close') {
    if (rest[0]!.kind === 'or') rest.shift();
    else query = bounded([...query, ...conjunction(rest, depth)]);
  }
  return query;
}

function conjunction(rest: Token[], depth: number): Query {
  let query: Query = [];
  while (rest.length > 0 && rest[0]!.kind !== 'close' && rest[0]!.kind !== 'or')
    query = bounded(intersectQueries(query, operand(rest, depth)));
  return query;
}

function operand(rest: Token[], depth: number): Query {
  const { kind, text } = rest.shift()!;
  if (kind === 'open') return group(rest, depth + 1, text.startsWith('!'));
  const term = termOf(text);
  if (typeof term === 'string') throw new Trouble(term);
  return [[term]];
}

function group(rest: Token[], depth: number, not: boolean): Query {
  if (depth > MAX_DEPTH) throw new Trouble(`parentheses go more than ${MAX_DEPTH} deep`);
  const inner = alternatives(rest, depth);
  if (rest.shift() === undefined) throw new Trouble('a ( is not closed');
  if (inner.length === 0) throw new Trouble('there is nothing between ( and )');
  return not ? negated(inner) : inner;
}

function negated(query: Query): Query {
  return query.reduce<Query>(
    (found, all) =>
      bounded(
        intersectQueries(
          found,
          all.map((term) => [{ ...term, not: !term.not }]),
        ),
      ),
    [],
  );
}

function bounded(query: Query): Query {
  if (query.reduce((sum, all) => sum + all.length, 0) > MAX_TERMS)
    throw new Trouble(`a filter comes to at most ${MAX_TERMS} conditions`);
  return query;
}

/**
 * Part of a half-typed filter that can be applied: without the word or parenthesis at its end where that is not finished,
 * and with its parentheses closed. Undefined where something before it is wrong.
 */
export function finishedPart(text: string): string | undefined {
  const tokens = tokensOf(text);
  const last = Array.isArray(tokens) ? tokens.at(-1)?.at : tokens.unclosed;
  return [text, text.slice(0, last ?? 0)].map(closed).find((part) => 'query' in parseFilter(part));
}

function closed(text: string): string {
  const tokens = tokensOf(text);
  if (!Array.isArray(tokens)) return text;
  const count = (kind: Token['kind']) => tokens.filter((token) => token.kind === kind).length;
  return text.trimEnd() + ')'.repeat(Math.max(0, count('open') - count('close')));
}

/** Query that asks for what both ask. */
export function intersectQueries(one: Query, other: Query): Query {
  if (one.length === 0) return other;
  if (other.length === 0) return one;
  return one.flatMap((a) => other.map((b) => [...a, ...b]));
}

/** What only the whole request knows; everything else stands in its summary. */
const INSIDE = new Set<Field>(['host', ...KNOWN_KINDS]);

/** A condition needs the whole request. */
export function needsWholeTrace(term: Term): boolean {
  return INSIDE.has(term.field);
}

/** Some condition of a query needs the whole request. */
export function needsWhole(query: Query): boolean {
  return query.some((all) => all.some(needsWholeTrace));
}

/**
 * The filter language: `status>=400 (n1 or slower:100ms) sql:users !health`, parsed to a query that
 * a store evaluates.
 */

import { type FilterField, type FilterTerm, parseTerm } from './filter-term.js';
import { type FilterToken, filterTokens } from './filter-tokens.js';
import { FINDING_KINDS, SLOW_REQUEST_MS } from './finding-kinds.js';
import { KNOWN_KINDS } from './span-kinds.js';

/**
 * Query in disjunctive normal form: alternatives of terms that must all hold; empty matches
 * everything.
 */
export type FilterQuery = FilterTerm[][];

/** A query, or a sentence about what is wrong with the filter. */
export type ParsedFilter = { query: FilterQuery } | { trouble: string };

// SQLite limits expressions to a depth of 1000.
const MAX_TERMS = 200;
const MAX_DEPTH = 50;

class FilterError extends Error {}

/** Parses a filter. */
export function parseFilter(text: string): ParsedFilter {
  const tokens = filterTokens(text);
  if (!Array.isArray(tokens)) return { trouble: 'a quote is not closed' };
  try {
    const rest = [...tokens];
    const query = parseAlternatives(rest, 0);
    if (rest.length > 0) throw new FilterError('there is a ) too many');
    return { query };
  } catch (error) {
    if (error instanceof FilterError) return { trouble: error.message };
    throw error;
  }
}

function parseAlternatives(rest: FilterToken[], depth: number): FilterQuery {
  let query: FilterQuery = [];
  while (rest.length > 0 && rest[0]!.kind !== 'close') {
    if (rest[0]!.kind === 'or') rest.shift();
    else query = checkSize([...query, ...parseConjunction(rest, depth)]);
  }
  return query;
}

function parseConjunction(rest: FilterToken[], depth: number): FilterQuery {
  let query: FilterQuery = [];
  while (rest.length > 0 && rest[0]!.kind !== 'close' && rest[0]!.kind !== 'or')
    query = checkSize(intersectQueries(query, parseOperand(rest, depth)));
  return query;
}

function parseOperand(rest: FilterToken[], depth: number): FilterQuery {
  const { kind, text } = rest.shift()!;
  if (kind === 'open') return parseGroup(rest, depth + 1, text.startsWith('!'));
  const term = parseTerm(text);
  if (typeof term === 'string') throw new FilterError(term);
  const word = text.toLowerCase().replace(/^!/, '');
  return Object.hasOwn(PHRASES, word) ? PHRASES[word]!(term.not) : withFinding(term);
}

/** Words that stand for more than one term; negated, they are turned around as parentheses are. */
const PHRASES: Record<string, (not: boolean) => FilterQuery> = {
  slow: phrase(`finding:slow or time>=${SLOW_REQUEST_MS}`),
  aborted: phrase('unit=request state=done !status>=0'),
};

function phrase(text: string): (not: boolean) => FilterQuery {
  return (not) => {
    const parsed = parseFilter(not ? `!(${text})` : text);
    return 'query' in parsed ? parsed.query : [];
  };
}

const KINDS = new Set(FINDING_KINDS.map(({ kind }) => kind));

/**
 * Query of a plain word. The kind of a finding, such as `transaction`, also finds the requests that
 * have it, and stays a word of URLs.
 */
function withFinding(term: FilterTerm): FilterQuery {
  if (term.field !== 'text' || !KINDS.has(String(term.value))) return [[term]];
  const finding: FilterTerm = { ...term, field: 'finding' };
  return term.not ? [[term, finding]] : [[term], [finding]];
}

function parseGroup(rest: FilterToken[], depth: number, not: boolean): FilterQuery {
  if (depth > MAX_DEPTH) throw new FilterError(`parentheses go more than ${MAX_DEPTH} deep`);
  const inner = parseAlternatives(rest, depth);
  if (rest.shift() === undefined) throw new FilterError('a ( is not closed');
  if (inner.length === 0) throw new FilterError('there is nothing between ( and )');
  return not ? negate(inner) : inner;
}

function negate(query: FilterQuery): FilterQuery {
  return query.reduce<FilterQuery>(
    (negation, all) =>
      checkSize(
        intersectQueries(
          negation,
          all.map((term) => [{ ...term, not: !term.not }]),
        ),
      ),
    [],
  );
}

function checkSize(query: FilterQuery): FilterQuery {
  if (query.reduce((sum, all) => sum + all.length, 0) > MAX_TERMS)
    throw new FilterError(`a filter comes to at most ${MAX_TERMS} conditions`);
  return query;
}

/**
 * Longest part of a half-typed filter that can be applied: without an unfinished word or
 * parenthesis at its end, and with parentheses closed. Undefined where an earlier part is wrong.
 */
export function completePart(text: string): string | undefined {
  const tokens = filterTokens(text);
  const last = Array.isArray(tokens) ? tokens.at(-1)?.at : tokens.unclosed;
  return [text, text.slice(0, last ?? 0)].map(closeParentheses).find((part) => 'query' in parseFilter(part));
}

function closeParentheses(text: string): string {
  const tokens = filterTokens(text);
  if (!Array.isArray(tokens)) return text;
  const count = (kind: FilterToken['kind']) => tokens.filter((token) => token.kind === kind).length;
  return text.trimEnd() + ')'.repeat(Math.max(0, count('open') - count('close')));
}

/** Query for requests that match both queries. */
export function intersectQueries(left: FilterQuery, right: FilterQuery): FilterQuery {
  if (left.length === 0) return right;
  if (right.length === 0) return left;
  return left.flatMap((a) => right.map((b) => [...a, ...b]));
}

/** Fields that need the spans or headers of a trace; all other fields are in its summary. */
const TRACE_FIELDS = new Set<FilterField>(['host', 'service', 'error', ...KNOWN_KINDS]);

/** True when a term needs the whole trace. */
export function termNeedsTrace(term: FilterTerm): boolean {
  return TRACE_FIELDS.has(term.field);
}

/** True when a term of the query needs the whole trace. */
export function queryNeedsTrace(query: FilterQuery): boolean {
  return query.some((all) => all.some(termNeedsTrace));
}

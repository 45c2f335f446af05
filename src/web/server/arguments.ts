/** Arguments of the page's calls: each is checked, as any text may be in a body. */

import type { FilterQuery } from '../../domain/filter.js';
import type { FilterField, FilterOp, FilterTerm } from '../../domain/filter-term.js';
import type { Recording } from '../../domain/link.js';
import { PROFILE_WISHES, parseLocalsWish, type ReplayWish } from '../../domain/profile-wish.js';
import { KNOWN_KINDS, type KnownKind } from '../../domain/span-kinds.js';
import type { ListQuery, Sort, SortKey } from '../../feed/feed.js';

/** An argument is not what the call takes; `message` says which. */
export class ArgumentError extends Error {
  override name = 'ArgumentError';
}

const MAX_TEXT = 8192;
/** As in domain/filter. */
const MAX_TERMS = 200;
const MAX_IDS = 1000;
const MAX_LATENCY_MS = 60_000;
/** Values of a trial. */
const MAX_VALUES = 100;

const OWN_FIELDS: Record<Exclude<FilterField, KnownKind>, true> = {
  ...{ text: true, method: true, path: true, route: true, host: true, id: true, status: true },
  ...{ service: true, time: true },
  ...{ queries: true, qtime: true, age: true, finding: true, errors: true, error: true, state: true },
  ...{ unit: true, routine: true, start: true, win: true },
};
const FIELDS = new Set<unknown>([...Object.keys(OWN_FIELDS), ...KNOWN_KINDS]);
const OPERATORS = new Set<unknown>([':', '=', '>', '>=', '<', '<='] satisfies FilterOp[]);
const SORT_KEYS: Record<SortKey, true> = {
  ...{ time: true, duration: true, queries: true, qtime: true, win: true, status: true, path: true },
};
const RECORDINGS: Recording[] = ['all', 'marked', 'off'];

/** A text. */
export function textArgument(value: unknown, name: string): string {
  if (typeof value === 'string' && value.length <= MAX_TEXT) return value;
  throw new ArgumentError(`${name} has to be a text of at most ${MAX_TEXT} characters.`);
}

/** At most `max` texts. */
export function textsArgument(value: unknown, name: string, max: number): string[] {
  if (!Array.isArray(value) || value.length > max)
    throw new ArgumentError(`${name} has to be a list of at most ${max}.`);
  return value.map((each: unknown) => textArgument(each, name));
}

/** Texts by the names of the values that they stand for; none for nothing. */
export function valuesArgument(value: unknown): Record<string, string> {
  if (value === undefined || value === null) return {};
  const entries = Object.entries(objectOf(value, 'values'));
  if (entries.length > MAX_VALUES) throw new ArgumentError(`values can be at most ${MAX_VALUES}.`);
  return Object.fromEntries(
    entries.map(([name, each]) => [textArgument(name, 'name'), textArgument(each, 'value')]),
  );
}

/** A whole number from 0 to `max`. */
export function countArgument(value: unknown, name: string, max: number): number {
  if (Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= max)
    return value as number;
  throw new ArgumentError(`${name} has to be a whole number from 0 to ${max}.`);
}

/** Which requests are recorded. */
export function recordingArgument(value: unknown): Recording {
  return oneOf(RECORDINGS, value, 'recording');
}

/** What a replay asks for besides its answer; undefined for nothing. */
export function wishArgument(value: unknown): ReplayWish | undefined {
  if (value === undefined || value === null) return undefined;
  const call = typeof value === 'string' ? parseLocalsWish(value) : undefined;
  return call === undefined ? oneOf(PROFILE_WISHES, value, 'wish') : `locals:${call}`;
}

/** At most `max` whole numbers from 0 to `most`. */
export function countsArgument(value: unknown, name: string, max: number, most: number): number[] {
  if (!Array.isArray(value) || value.length > max)
    throw new ArgumentError(`${name} has to be a list of at most ${max}.`);
  return value.map((each: unknown) => countArgument(each, name, most));
}

/** ms from 0 to a minute. */
export function latencyArgument(value: unknown): number {
  if (typeof value === 'number' && value >= 0 && value <= MAX_LATENCY_MS) return value;
  throw new ArgumentError(`latency has to be a number from 0 to ${MAX_LATENCY_MS}.`);
}

/** Order of a list. */
export function sortArgument(value: unknown): Sort {
  const { by, reverse } = objectOf(value, 'sort');
  if (typeof by !== 'string' || !Object.hasOwn(SORT_KEYS, by) || typeof reverse !== 'boolean')
    throw new ArgumentError('sort has to be { by, reverse }.');
  return { by: by as SortKey, reverse };
}

/** Requests of a list. */
export function listQueryArgument(value: unknown): ListQuery {
  const { query, until, ids } = objectOf(value, 'list');
  if (until !== undefined && (typeof until !== 'number' || !Number.isFinite(until)))
    throw new ArgumentError('until has to be a number.');
  return {
    query: queryOf(query),
    ...(until !== undefined && { until }),
    ...(ids !== undefined && { ids: textsArgument(ids, 'ids', MAX_IDS) }),
  };
}

function queryOf(value: unknown): FilterQuery {
  if (!Array.isArray(value) || !value.every(Array.isArray))
    throw new ArgumentError('query has to be a list of lists of terms.');
  const terms = value.flat(1);
  if (terms.length > MAX_TERMS || value.length > MAX_TERMS)
    throw new ArgumentError(`a query has at most ${MAX_TERMS} terms.`);
  return value.map((all: unknown[]) => all.map(termOf));
}

function termOf(value: unknown): FilterTerm {
  const { field, op, value: wanted, not } = objectOf(value, 'term');
  const isValue = typeof wanted === 'number' ? Number.isFinite(wanted) : typeof wanted === 'string';
  if (!FIELDS.has(field) || !OPERATORS.has(op) || !isValue || typeof not !== 'boolean')
    throw new ArgumentError('a term has to be { field, op, value, not }.');
  if (typeof wanted === 'string') textArgument(wanted, 'value');
  return { field, op, value: wanted, not } as FilterTerm;
}

function objectOf(value: unknown, name: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw new ArgumentError(`${name} has to be an object.`);
}

function oneOf<T extends string>(all: readonly T[], value: unknown, name: string): T {
  const found = all.find((each) => each === value);
  if (found !== undefined) return found;
  throw new ArgumentError(`${name} has to be ${all.join(', ')}.`);
}

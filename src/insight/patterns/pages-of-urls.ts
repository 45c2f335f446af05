/** Pages and parts over HTTP: URLs that differ only in where they go on. */

import type { Call } from '../calls/calls.js';

// Numbers that count pages or parts, from 0, 1 or 2 on.
const COUNTERS = new Set([
  ...['page', 'p', 'pg', 'pageno', 'pagenumber', 'page_number', 'page_no', 'pageindex', 'page[number]'],
  ...['partnumber', 'part', 'part_number', 'chunk', 'chunkindex', 'chunk_number', 'resumablechunknumber'],
  ...['segment', 'block', 'index', 'seq'],
]);
// Numbers that skip what was read: they grow by the same step.
const OFFSETS = new Set([
  'offset',
  'start',
  'skip',
  'startat',
  'startindex',
  'start_index',
  'from',
  'page[offset]',
]);
// Keys or tokens of the page before.
const CURSORS = new Set([
  ...[
    'cursor',
    'after',
    'before',
    'since',
    'until',
    'to',
    'end',
    'starting_after',
    'ending_before',
    'max_id',
  ],
  ...['page_token', 'pagetoken', 'nexttoken', 'next_token', 'continuation', 'continuationtoken', 'marker'],
  ...[
    'continuation-token',
    'next',
    'since_id',
    'blockid',
    'page[cursor]',
    'page[after]',
    'startafter',
    'start-after',
  ],
]);
// Of these a name is evidence enough for a cursor that only counts.
const TOKENS = /^(?:page\[cursor\]|cursor|marker|(?:page|next)_?token|continuation-?(?:token)?)$/;
// They make each URL another, so that no cache answers.
const CACHE_BUSTERS = new Set([
  '_',
  't',
  'ts',
  'timestamp',
  'nocache',
  'cachebust',
  'cachebuster',
  'cb',
  'rnd',
  'rand',
]);
/** Segment of a path before a page's number: `/posts/page/3`. */
const PAGE_SEGMENT = /^(?:pages?|p|parts?|chunks?|segments?)$/i;

/**
 * Whether the URLs of calls are one URL, page by page or part by part. A name alone is no evidence:
 * `from` may be a user's id. `isFed`: another query returned as many rows as there are calls.
 */
export function arePages(calls: Call[], isFed: boolean, isParallel: boolean): boolean {
  const urls = calls.map(({ span }) => partsOf(span.name));
  const varyingNames = [...new Set(urls.flatMap(({ query }) => [...query.keys()]))].filter(
    (name) => new Set(urls.map(({ query }) => query.get(name))).size > 1,
  );
  const varying = varyingNames.filter((name) => !CACHE_BUSTERS.has(name));
  const places = varyingSegments(urls.map(({ path }) => path));
  // The same again, past all caches: polling.
  if (places.length === 0 && varying.length === 0) return varyingNames.length > 0;
  const numbers = (values: (string | undefined)[]) => isCounted(values, isFed);
  if (places.length === 1 && varying.length === 0) {
    const [at] = places;
    const segments = urls.map(({ path }) => path[at!]);
    return PAGE_SEGMENT.test(urls[0]!.path[at! - 1] ?? '') && numbers(segments);
  }
  if (places.length > 0) return false;
  return varying.every((name) => {
    const values = urls.map(({ query }) => query.get(name));
    if (COUNTERS.has(name)) return numbers(values);
    if (OFFSETS.has(name)) return isDate(values) || hasEqualSteps(values);
    if (!CURSORS.has(name) || isParallel) return false;
    return isCursor(values, isFed) || (TOKENS.test(name) && numbers(values));
  });
}

interface UrlParts {
  path: string[];
  /** Values by name in lower case. */
  query: Map<string, string>;
}

function partsOf(name: string): UrlParts {
  const [path = '', query = ''] = name.split('?', 2);
  const pairs = query.split('&').filter((pair) => pair !== '');
  return {
    path: path.split('/'),
    query: new Map(
      pairs.map((pair) => {
        const [key = '', value = ''] = pair.split('=', 2);
        return [decodeOrKeep(key).toLowerCase(), decodeOrKeep(value)];
      }),
    ),
  };
}

/** Places of the segments that differ; all of them where the lengths differ. */
function varyingSegments(paths: string[][]): number[] {
  const [first] = paths;
  const places = first!.map((_, at) => at);
  if (paths.some(({ length }) => length !== first!.length)) return places;
  return places.filter((at) => paths.some((path) => path[at] !== first![at]));
}

// 1, 2, 3; the first page may have no number. Ids of rows also follow one another, but seldom from 1
// on, and not where a query returned the rows.
function isCounted(values: (string | undefined)[], isFed: boolean): boolean {
  const numbers = numbersOf(values);
  if (numbers === undefined || isFed) return false;
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[0]! <= 2 && sorted.every((number, at) => at === 0 || number === sorted[at - 1]! + 1);
}

function hasEqualSteps(values: (string | undefined)[]): boolean {
  const numbers = numbersOf(values);
  if (numbers === undefined || numbers.length < 2) return false;
  const step = numbers[1]! - numbers[0]!;
  return step > 1 && numbers.every((number, at) => at === 0 || number - numbers[at - 1]! === step);
}

function isDate(values: (string | undefined)[]): boolean {
  return values.every((value) => value === undefined || /^\d{4}-\d\d(?:-\d\d)?(?:$|[T ])/.test(value));
}

// A token, or a key that only grows or only shrinks by more than one.
function isCursor(values: (string | undefined)[], isFed: boolean): boolean {
  const numbers = numbersOf(values);
  if (numbers === undefined || isDate(values)) return true;
  if (isFed) return false;
  const steps = numbers.slice(1).map((number, at) => number - numbers[at]!);
  const isOneByOne = steps.every((step) => Math.abs(step) === 1);
  return !isOneByOne && (steps.every((step) => step > 0) || steps.every((step) => step < 0));
}

/** Values as numbers, without a missing first one; undefined if one is not a number. */
function numbersOf(values: (string | undefined)[]): number[] | undefined {
  const [first, ...others] = values;
  const given = first === undefined ? others : values;
  return given.every((value) => value !== undefined && /^\d+$/.test(value)) ? given.map(Number) : undefined;
}

function decodeOrKeep(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // invalid percent-encoding
  }
}

/**
 * Request selected on a command line: an id, the beginning of an id, `last`, `last~1`, `-1`, `-2`, a
 * URL or a route.
 */

import { UserError } from '../../domain/errors.js';
import type { FilterQuery } from '../../domain/filter.js';
import { statusTextOf } from '../../domain/request.js';
import { escapeToOneLine, formatCount, formatMs, readableUrl } from '../../domain/text.js';
import type { Trace } from '../../domain/trace.js';
import type { StoreReader } from '../../store/store.js';
import { formatAge } from '../../terminal/age.js';
import { isAddress, newestAtAddress } from './address.js';

/** Ids listed when a prefix is ambiguous. */
const MAX_LISTED = 10;
const MIN_SHORT_ID = 8;

/** Shortest unique prefix of an id, of at least 8 characters. */
export async function shortId(store: StoreReader, id: string): Promise<string> {
  let length = MIN_SHORT_ID;
  while (length < id.length && (await store.idsWith(id.slice(0, length), 2)).length > 1) length++;
  return id.slice(0, length);
}

/** Shortest unique prefixes of ids; of other ids the function returns the whole. */
export async function shortIds(store: StoreReader, ids: string[]): Promise<(id: string) => string> {
  const short = new Map(await Promise.all(ids.map(async (id) => [id, await shortId(store, id)] as const)));
  return (id) => short.get(id) ?? id;
}

/**
 * Request that `wanted` selects; `now` is in epoch ms. Throws a UserError (exit 1) when it is none,
 * or several.
 */
export async function chooseRequest(store: StoreReader, wanted: string, now: number): Promise<Trace> {
  const position = parseNewestPosition(wanted);
  if (position !== undefined) return newestAt(store, position);
  const prefix = wanted.toLowerCase();
  const ids = prefix === '' ? [] : await store.idsWith(prefix, MAX_LISTED + 1);
  const trace = (await store.find(prefix)) ?? (ids.length === 1 ? await store.find(ids[0]!) : undefined);
  if (trace) return trace;
  if (ids.length > 1) throw new UserError(await ambiguousMessage(store, wanted, ids, now), 1);
  if (isAddress(wanted)) return newestAtAddress(store, wanted);
  throw new UserError(`No request ${quoted(wanted)} is stored. List the stored ones:  scooby list`, 1);
}

/**
 * Position of `last` (1), `last~1` (2) or `-2` (2), counted from the newest, which is 1; undefined
 * for other text.
 */
export function parseNewestPosition(wanted: string): number | undefined {
  const [, steps] = /^last(?:~(\d{1,8}))?$/.exec(wanted) ?? [];
  if (wanted === 'last' || steps !== undefined) return Number(steps ?? 0) + 1;
  return /^-[1-9]\d{0,8}$/.test(wanted) ? Number(wanted.slice(1)) : undefined;
}

/** Units are not counted: a timer would push the request away that was just sent. */
const REQUESTS: FilterQuery = [[{ field: 'unit', op: '=', value: 'request', not: false }]];

async function newestAt(store: StoreReader, position: number): Promise<Trace> {
  const recent = await store.recent({ query: REQUESTS }, position);
  const trace = recent.length >= position ? await store.find(recent[position - 1]!.id) : undefined;
  if (trace) return trace;
  if (recent.length === 0)
    throw new UserError('No request is stored. How to record requests:  scooby run --help', 1);
  throw new UserError(
    `-${position} is too far back: ${formatCount(recent.length, 'request is', 'requests are')} stored.`,
    1,
  );
}

function quoted(wanted: string): string {
  return `"${escapeToOneLine(wanted)}"`;
}

async function ambiguousMessage(
  store: StoreReader,
  wanted: string,
  ids: string[],
  now: number,
): Promise<string> {
  const listed = ids.slice(0, MAX_LISTED);
  const [short, traces] = await Promise.all([
    shortIds(store, listed),
    Promise.all(listed.map((id) => store.find(id))),
  ]);
  const lines = traces.flatMap((trace) => {
    if (!trace) return [];
    const { method, url, duration } = trace;
    const took = duration === undefined ? '' : `  ${formatMs(duration)}`;
    return `  ${short(trace.id)}  ${formatAge(trace.start, now).padStart(4)}  ${escapeToOneLine(`${method} ${readableUrl(url)}`)}  ${statusTextOf(trace)}${took}`;
  });
  const more = ids.length > MAX_LISTED ? ['  … and more'] : [];
  return [`Several ids begin with ${quoted(wanted)}. Write more characters of it:`, ...lines, ...more].join(
    '\n',
  );
}

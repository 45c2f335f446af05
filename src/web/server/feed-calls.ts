/** Calls of the page by name: each reads its arguments, asks the feed, and returns JSON. */

import { ALL_LATENCIES } from '../../domain/latency.js';
import type { Trace } from '../../domain/trace.js';
import type { DistantRequest, Feed, FeedCapability } from '../../feed/feed.js';
import { verify } from '../../feed/verify.js';
import { MAX_REPLACED_CALLS } from '../../insight/rewrite/finding-loops.js';
import { maskedValues } from '../../insight/rewrite/masked-values.js';
import { whatIf } from '../../insight/win/what-if.js';
import { whatIfText } from '../../insight/win/what-if-text.js';
import {
  ArgumentError,
  countArgument,
  countsArgument,
  latencyArgument,
  listQueryArgument,
  recordingArgument,
  sortArgument,
  textArgument,
  textsArgument,
  valuesArgument,
  wishArgument,
} from './arguments.js';

/** A call; its value is sent as JSON, undefined as null. Throws an ArgumentError, or the feed's error. */
export type FeedCall = (feed: Feed, args: unknown[]) => unknown;

/** Rows of one page: more than any screen shows. */
const MAX_ROWS = 1000;
const MAX_OFFSET = 1e9;
const MAX_SPANS = 1e6;
/** Headlines at once: each is made of a whole request. */
const MAX_HEADLINES = 100;

/** Optional members of the feed that the page can use. */
const CAPABILITIES: FeedCapability[] = ['replay', 'record', 'restart', 'explain', 'tryLoop', 'watch'];

// A Map, in which no name of Object.prototype is found.
const CALLS = new Map<string, FeedCall>([
  ['stats', (feed) => feed.stats()],
  ['count', (feed, [list]) => feed.count(listQueryArgument(list))],
  ['countNewer', (feed, [list]) => feed.countNewer(listQueryArgument(list))],
  [
    'page',
    (feed, [list, sort, offset, limit]) =>
      feed.page(
        listQueryArgument(list),
        sortArgument(sort),
        countArgument(offset, 'offset', MAX_OFFSET),
        countArgument(limit, 'limit', MAX_ROWS),
      ),
  ],
  [
    'position',
    (feed, [list, sort, id]) =>
      feed.position(listQueryArgument(list), sortArgument(sort), textArgument(id, 'id')),
  ],
  ['routes', (feed, [list]) => feed.routes(listQueryArgument(list))],
  ['find', (feed, [id]) => feed.find(textArgument(id, 'id'))],
  ['source', (feed, [hash]) => feed.source(textArgument(hash, 'hash'))],
  ['headlines', (feed, [ids]) => feed.headlines?.(textsArgument(ids, 'ids', MAX_HEADLINES)) ?? {}],
  ['children', (feed, [id]) => feed.children?.(textArgument(id, 'id')) ?? []],
  ['history', (feed, [key]) => feed.history?.(textArgument(key, 'key')) ?? []],
  [
    'replay',
    async (feed, [id, url, wish]) => {
      const path = url === undefined || url === null ? undefined : textArgument(url, 'url');
      return able(feed, 'replay')(await storedTrace(feed, id), path, wishArgument(wish));
    },
  ],
  ['record', (feed, [recording]) => able(feed, 'record')(recordingArgument(recording))],
  ['restart', (feed) => able(feed, 'restart')()],
  [
    'explain',
    async (feed, [id, span]) =>
      able(feed, 'explain')(await storedTrace(feed, id), countArgument(span, 'span', MAX_SPANS)),
  ],
  [
    'tryLoop',
    async (feed, [id, spans, given]) =>
      able(feed, 'tryLoop')(
        await storedTrace(feed, id),
        countsArgument(spans, 'spans', MAX_REPLACED_CALLS, MAX_SPANS),
        valuesArgument(given),
      ),
  ],
  [
    'maskedValues',
    async (feed, [id, spans]) =>
      maskedValues(
        await storedTrace(feed, id),
        countsArgument(spans, 'spans', MAX_REPLACED_CALLS, MAX_SPANS),
      ),
  ],
  [
    'verify',
    async (feed, [id]) => {
      const send = able(feed, 'replay');
      return verify(await storedTrace(feed, id), {
        send: (trace) => send(trace),
        find: (sent) => feed.find(sent),
      });
    },
  ],
  ['whatIf', async (feed, [id, ms]) => distantRequest(await storedTrace(feed, id), latencyArgument(ms))],
]);

/** The call of that name; undefined where there is none. */
export function feedCall(name: string): FeedCall | undefined {
  return CALLS.get(name);
}

/** Optional members that a feed has, of those the page can use. */
export function pageCapabilities(feed: Feed): FeedCapability[] {
  return CAPABILITIES.filter((capability) => feed[capability] !== undefined);
}

function distantRequest(trace: Trace, ms: number): DistantRequest | undefined {
  // What came from elsewhere has no schedule of calls.
  const away = trace.outside ? undefined : whatIf(trace, { [ALL_LATENCIES]: ms });
  return away && { text: whatIfText(trace, away), away };
}

/** Member of a feed that needs a run. Throws an ArgumentError where it has none. */
export function able<K extends 'replay' | 'record' | 'restart' | 'explain' | 'tryLoop' | 'watch'>(
  feed: Feed,
  name: K,
): NonNullable<Feed[K]> {
  const member = feed[name];
  if (member === undefined) throw new ArgumentError(`${name} needs an app that runs under scooby.`);
  return member.bind(feed) as NonNullable<Feed[K]>;
}

/** A stored request by its id. Rejects with an ArgumentError. */
export async function storedTrace(feed: Feed, id: unknown): Promise<Trace> {
  const trace = await feed.find(textArgument(id, 'id'));
  if (trace === undefined) throw new ArgumentError('There is no such request any more.');
  return trace;
}

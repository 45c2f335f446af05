/** Calls of the page by name: each reads its arguments, asks the feed, and returns JSON. */

import type { Trace } from '../../domain/trace.js';
import type { Feed, FeedCapability } from '../../feed/feed.js';
import {
  ArgumentError,
  countArgument,
  listQueryArgument,
  profileArgument,
  recordingArgument,
  sortArgument,
  textArgument,
  textsArgument,
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
const CAPABILITIES: FeedCapability[] = ['replay', 'record', 'restart', 'explain'];

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
    async (feed, [id, url, profile]) => {
      const path = url === undefined || url === null ? undefined : textArgument(url, 'url');
      return able(feed, 'replay')(await storedTrace(feed, id), path, profileArgument(profile));
    },
  ],
  ['record', (feed, [recording]) => able(feed, 'record')(recordingArgument(recording))],
  ['restart', (feed) => able(feed, 'restart')()],
  [
    'explain',
    async (feed, [id, span]) =>
      able(feed, 'explain')(await storedTrace(feed, id), countArgument(span, 'span', MAX_SPANS)),
  ],
]);

/** The call of that name; undefined where there is none. */
export function feedCall(name: string): FeedCall | undefined {
  return CALLS.get(name);
}

/** Optional members that a feed has, of those the page can use. */
export function pageCapabilities(feed: Feed): FeedCapability[] {
  return CAPABILITIES.filter((capability) => feed[capability] !== undefined);
}

function able<K extends 'replay' | 'record' | 'restart' | 'explain'>(
  feed: Feed,
  name: K,
): NonNullable<Feed[K]> {
  const member = feed[name];
  if (member === undefined) throw new ArgumentError(`${name} needs an app that runs under scooby.`);
  return member.bind(feed) as NonNullable<Feed[K]>;
}

async function storedTrace(feed: Feed, id: unknown): Promise<Trace> {
  const trace = await feed.find(textArgument(id, 'id'));
  if (trace === undefined) throw new ArgumentError('There is no such request any more.');
  return trace;
}

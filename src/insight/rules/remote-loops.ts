/** Rule: cache reads, remote calls and HTTP requests in a loop. */

import { formatSite } from '../../domain/site.js';
import { formatMs } from '../../domain/text.js';
import { adviceForCache } from '../advice/caches.js';
import { adviceForRemote } from '../advice/remote.js';
import type { Call } from '../calls/calls.js';
import { isParallel, type Loop } from '../calls/loops.js';
import { feedingQueryOf, feedingQueryText } from '../patterns/feeding-query.js';
import { isPolling } from '../patterns/polling.js';
import { type Draft, type Rule, type Scene, weighConfidence } from '../scene.js';

const CACHE_READS = new Set([
  'get',
  'gets',
  'hget',
  'hgetall',
  'exists',
  'ttl',
  'type',
  'strlen',
  'llen',
  'scard',
  'zscore',
  'sismember',
  'getex',
]);
// URLs of POST requests that query; other POST requests change something.
const QUERY_URLS = /\/(?:graphql|_?m?search|query|rpc|jsonrpc|lookup)(?:[/?#]|$)/i;
// URL parameters of pagination.
const PAGE_PARAMETERS = new Set([
  'page',
  'p',
  'offset',
  'start',
  'skip',
  'cursor',
  'after',
  'before',
  'since',
  'page_token',
  'pagetoken',
  'nexttoken',
  'next_token',
  'continuation',
  'marker',
  'starting_after',
  'from',
  'page[number]',
  'page[cursor]',
  'page[offset]',
]);

export const remoteLoops: Rule = (scene) => {
  const drafts: Draft[] = [];
  for (const loop of scene.loops) {
    const kind = kindOf(loop);
    if (!kind || distinctOf(loop) < scene.limits.loop || isPolling(scene, loop.calls)) continue;
    for (const call of loop.calls) scene.claimed.add(call);
    drafts.push(draftOf(scene, loop, kind));
  }
  return drafts;
};

function kindOf(loop: Loop): 'cache' | 'rpc' | 'http' | undefined {
  const { calls } = loop;
  const call = calls[0]!;
  if (call.isSetup) return undefined;
  switch (call.span.kind) {
    case 'cache':
      return CACHE_READS.has(call.verb) ? 'cache' : undefined;
    case 'rpc':
      return 'rpc';
    case 'http':
      // Concurrent writes are as they should be: each is a request of its own.
      if (call.verb !== 'GET' && isParallel(loop)) return undefined;
      return isPaged(calls.map(({ span }) => span.name)) ? undefined : 'http';
    default:
      return undefined;
  }
}

// Calls whose arguments, documents or bodies were not recorded may all differ; after a failure it is a retry.
function distinctOf({ calls, distinct }: Loop): number {
  const [{ span, verb, exactKey }] = calls as [Call];
  const hasUnknownArguments =
    (span.kind === 'rpc' && (exactKey === span.name || span.detail?.command === 'insert')) ||
    (span.kind === 'http' && verb === 'POST' && QUERY_URLS.test(span.name));
  return hasUnknownArguments
    ? calls.filter((_, at) => at === 0 || !hasFailed(calls[at - 1]!)).length
    : distinct;
}

function hasFailed({ span }: Call): boolean {
  return span.error !== undefined || Number(span.detail?.status) >= 400;
}

// URLs of one path that differ only in parameters of pagination.
function isPaged(urls: string[]): boolean {
  const paths = new Set(urls.map((url) => url.split('?', 1)[0]));
  if (paths.size > 1) return false;
  const valuesByName = new Map<string, Set<string>>();
  for (const url of urls) {
    for (const pair of (url.split('?')[1] ?? '').split('&')) {
      const [name = '', value = ''] = pair.split('=', 2);
      const values = valuesByName.get(name);
      if (values) values.add(value);
      else valuesByName.set(name, new Set([value]));
    }
  }
  const varying = [...valuesByName]
    .filter(([, values]) => values.size > 1)
    .map(([name]) => decodeOrKeep(name).toLowerCase());
  return varying.length > 0 && varying.every((name) => PAGE_PARAMETERS.has(name));
}

function decodeOrKeep(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // invalid percent-encoding
  }
}

function draftOf(scene: Scene, loop: Loop, kind: 'cache' | 'rpc' | 'http'): Draft {
  const { calls, distinct, site, ms } = loop;
  const call = calls[0]!;
  const parallel = isParallel(loop);
  const feeding = feedingQueryOf(scene, loop);
  const ran = `${site ? formatSite(site) : call.span.library} ${feeding ? 'then ' : ''}${kind === 'http' ? 'requested' : 'called'} \`${call.label}\` ${calls.length} times`;
  const what = `${ran}, ${parallel ? 'at the same time' : 'one after the other'}: ${formatMs(ms)}`;
  return {
    kind: `n+1-${kind}`,
    severity: severityOf(scene, loop, parallel),
    message: feeding ? `${feedingQueryText(feeding)}; ${what}` : what,
    suggestion:
      kind === 'cache' ? adviceForCache(calls) : adviceForRemote(kind, calls, parallel, scene.readLine),
    calls,
    site,
    shape: call.shape,
    ms,
    ...(feeding && { feedingQuery: feedingQueryText(feeding) }),
    ...weighConfidence(
      0.6,
      [site !== undefined, 0.1, 'all from one line'],
      [site === undefined, -0.2, 'no line of the app is known'],
      [feeding !== undefined, 0.2, 'a query returned as many rows'],
      [distinct === calls.length, 0.05, 'another one each time'],
      [distinct < scene.limits.loop * 2, -0.1, 'few calls'],
      [kind === 'http' && call.verb !== 'GET', -0.2, 'each may have to be made by itself'],
    ),
  };
}

function severityOf(scene: Scene, { calls, distinct, ms }: Loop, parallel: boolean): Draft['severity'] {
  const { limits } = scene;
  const call = calls[0]!;
  if (call.span.kind === 'http' && call.verb !== 'GET') return 'low';
  // Cache clients send concurrent commands in one round trip.
  if (call.span.kind === 'cache' && parallel) return 'low';
  return distinct >= limits.loopHigh && ms >= limits.loopHighMs ? 'high' : 'medium';
}

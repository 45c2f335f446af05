/** Rule: cache reads, remote calls and HTTP requests in a loop. */

import { kindOf as factsOfKind } from '../../domain/span-kinds.js';
import { formatMs } from '../../domain/text.js';
import { adviceForCache } from '../advice/caches.js';
import { adviceForRemote } from '../advice/remote.js';
import type { Call } from '../calls/calls.js';
import { isParallel, type Loop, loopSiteText } from '../calls/loops.js';
import { feedingQueryOf, feedingQueryText, hasFailed, isOfMaskedRows } from '../patterns/feeding-query.js';
import { arePages } from '../patterns/pages-of-urls.js';
import { isPolling } from '../patterns/polling.js';
import { isFromSeveralCallers } from '../patterns/several-callers.js';
import { type Draft, minimumOf, type Rule, type Scene, timesText, weighConfidence } from '../scene.js';

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
  ...['smembers', 'smismember', 'lrange', 'lindex', 'getrange', 'hmget', 'hkeys', 'hvals', 'hlen', 'hexists'],
  ...['zcard', 'zrank', 'zrevrank', 'zcount', 'zrange', 'zrevrange', 'zrangebyscore', 'bitcount', 'pfcount'],
  ...['pttl', 'getbit', 'json.get', 'xlen'],
  'getex',
]);
// URLs of POST requests that query; other POST requests change something.
const QUERY_URLS = /\/(?:graphql|_?m?search|query|rpc|jsonrpc|lookup)(?:[/?#]|$)/i;

/** `call`: of a kind that an instrument by others has named. */
type LoopKind = 'cache' | 'rpc' | 'http' | 'call';

export const remoteLoops: Rule = (scene) => {
  const drafts: Draft[] = [];
  for (const loop of scene.loops) {
    const kind = kindOf(scene, loop);
    if (!kind || distinctOf(scene, loop) < minimumOf(scene, loop) || isFromSeveralCallers(scene, loop))
      continue;
    if (hasUnknownArguments(loop) && isPolling(scene, loop.calls)) continue;
    for (const call of loop.calls) scene.claimed.add(call);
    drafts.push(draftOf(scene, loop, kind));
  }
  return drafts;
};

function kindOf(scene: Scene, loop: Loop): LoopKind | undefined {
  const { calls } = loop;
  const call = calls[0]!;
  if (call.isSetup) return undefined;
  switch (call.span.kind) {
    case 'cache':
      return CACHE_READS.has(call.verb) ? 'cache' : undefined;
    case 'rpc':
      return 'rpc';
    case 'http':
      if (isSearch(calls)) return undefined;
      // Concurrent writes are as they should be: each is a request of its own.
      if (call.verb !== 'GET' && (isParallel(loop) || isSendAndMark(scene, loop))) return undefined;
      return arePages(calls, feedingQueryOf(scene, loop)?.isExact === true, isParallel(loop))
        ? undefined
        : 'http';
    default:
      return factsOfKind(call.span.kind).loops ? 'call' : undefined;
  }
}

/** Whether each call but the last was answered "not found", or failed: the first that is there ends the search. */
function isSearch(calls: Call[]): boolean {
  return calls.slice(0, -1).every(hasFailed) && !hasFailed(calls.at(-1)!);
}

/** Whether most calls are followed by a write that marks what was sent: each has to be sent by itself. */
function isSendAndMark({ calls: all }: Scene, { calls }: Loop): boolean {
  const marked = calls.filter((call, at) =>
    all
      .slice(call.order + 1, calls[at + 1]?.order ?? call.order + 4)
      .some(({ sql, start }) => sql?.isWrite === true && start >= call.end - 0.01),
  );
  return marked.length >= calls.length * 0.8;
}

// Calls whose arguments, documents or bodies were not recorded may all differ; after a failure it is a retry.
function distinctOf(scene: Scene, loop: Loop): number {
  const { calls, distinct } = loop;
  if (distinct === 1 && isOfMaskedRows(scene, loop)) return calls.length;
  return hasUnknownArguments(loop)
    ? calls.filter((_, at) => at === 0 || !hasFailed(calls[at - 1]!)).length
    : distinct;
}

function hasUnknownArguments({ calls }: Loop): boolean {
  const [{ span, verb, exactKey }] = calls as [Call];
  return (
    (span.kind === 'rpc' && (exactKey === span.name || span.detail?.command === 'insert')) ||
    (span.kind === 'http' && verb === 'POST' && QUERY_URLS.test(span.name))
  );
}

function draftOf(scene: Scene, loop: Loop, kind: LoopKind): Draft {
  const { calls, distinct, site, ms } = loop;
  const call = calls[0]!;
  const parallel = isParallel(loop);
  const feeding = feedingQueryOf(scene, loop);
  const ran = `${loopSiteText(loop) ?? call.span.library} ${feeding ? 'then ' : ''}${kind === 'http' ? 'requested' : 'called'} \`${call.label}\` ${timesText(scene, calls)}`;
  const what = `${ran}, ${parallel ? 'at the same time' : 'one after the other'}: ${formatMs(ms)}`;
  return {
    kind: `n+1-${kind}`,
    severity: severityOf(scene, loop, parallel),
    message: feeding ? `${feedingQueryText(feeding)}; ${what}` : what,
    suggestion:
      kind === 'cache' ? adviceForCache(calls) : adviceForRemote(kind, calls, parallel, scene.readLine),
    calls,
    site,
    loopSite: loop.loopSite,
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

/** Cache reads, remote calls and HTTP requests in a loop. */

import { formatSite } from '../../domain/site.js';
import { formatMs } from '../../domain/text.js';
import { adviceForCache, adviceForRemote } from '../advice/advice.js';
import type { Call } from '../calls/calls.js';
import { isParallel, type Loop } from '../calls/loops.js';
import { feedingQueryOf, feedingQueryText } from '../patterns/feeding-query.js';
import { isPolling } from '../patterns/polling.js';
import { areAfterResponse, type Draft, type Rule, type Scene, weighConfidence } from '../scene.js';

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
// What is asked by POST; other POSTs send something, each by itself.
const QUESTIONS = /\/(?:graphql|_?m?search|query|rpc|jsonrpc|lookup)(?:[/?#]|$)/i;
// Query keys by which one walks through pages.
const PAGE_KEYS = new Set([
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
      // What is sent at once, and each by itself, is as it should be.
      if (call.verb !== 'GET' && isParallel(loop)) return undefined;
      return isPaged(calls.map(({ span }) => span.name)) ? undefined : 'http';
    default:
      return undefined;
  }
}

// Of calls whose arguments or bodies were not told, each may be another one: those after a failure are not.
function distinctOf({ calls, distinct }: Loop): number {
  const [{ span, verb, exact }] = calls as [Call];
  const isBlind =
    (span.kind === 'rpc' && exact === span.name) ||
    (span.kind === 'http' && verb === 'POST' && QUESTIONS.test(span.name));
  return isBlind ? calls.filter((_, at) => at === 0 || !hasFailed(calls[at - 1]!)).length : distinct;
}

function hasFailed({ span }: Call): boolean {
  return span.error !== undefined || Number(span.detail?.status) >= 400;
}

// The same path, and only a key of pages differs.
function isPaged(names: string[]): boolean {
  const paths = new Set(names.map((name) => name.split('?', 1)[0]));
  if (paths.size > 1) return false;
  const values = new Map<string, Set<string>>();
  for (const name of names) {
    for (const pair of (name.split('?')[1] ?? '').split('&')) {
      const [key = '', value = ''] = pair.split('=', 2);
      const seen = values.get(key);
      if (seen) seen.add(value);
      else values.set(key, new Set([value]));
    }
  }
  const varying = [...values].filter(([, seen]) => seen.size > 1).map(([key]) => safely(key).toLowerCase());
  return varying.length > 0 && varying.every((key) => PAGE_KEYS.has(key));
}

function safely(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key; // a % that decodes to nothing
  }
}

function draftOf(scene: Scene, loop: Loop, kind: 'cache' | 'rpc' | 'http'): Draft {
  const { calls, distinct, site: line, ms: time } = loop;
  const call = calls[0]!;
  const parallel = isParallel(loop);
  const source = feedingQueryOf(scene, loop);
  const ran = `${line ? formatSite(line) : call.span.library} ${source ? 'then ' : ''}${kind === 'http' ? 'requested' : 'called'} \`${call.label}\` ${calls.length} times`;
  const what = `${ran}, ${parallel ? 'at the same time' : 'one after the other'}: ${formatMs(time)}`;
  return {
    kind: `n+1-${kind}`,
    severity: severityOf(scene, loop, parallel),
    message: source ? `${feedingQueryText(source)}; ${what}` : what,
    suggestion:
      kind === 'cache' ? adviceForCache(call.span.library, call.verb) : adviceForRemote(kind, parallel),
    calls,
    site: line,
    shape: call.shape,
    ms: time,
    ...(source && { fed: feedingQueryText(source) }),
    ...weighConfidence(
      0.6,
      [line !== undefined, 0.1, 'all from one line'],
      [line === undefined, -0.2, 'no line of the app is known'],
      [source !== undefined, 0.2, 'a query returned as many rows'],
      [distinct === calls.length, 0.05, 'another one each time'],
      [distinct < scene.limits.loop * 2, -0.1, 'few calls'],
      [kind === 'http' && call.verb !== 'GET', -0.2, 'each may have to be made by itself'],
      [areAfterResponse(scene, calls), -0.1, 'after the response'],
    ),
  };
}

function severityOf(scene: Scene, { calls, distinct, ms }: Loop, parallel: boolean): Draft['severity'] {
  const { limits } = scene;
  const call = calls[0]!;
  if (areAfterResponse(scene, calls)) return 'low';
  if (call.span.kind === 'http' && call.verb !== 'GET') return 'low';
  // Clients of caches send what is asked at once as one.
  if (call.span.kind === 'cache' && parallel) return 'low';
  return distinct >= limits.loopHigh && ms >= limits.loopHighMs ? 'high' : 'medium';
}

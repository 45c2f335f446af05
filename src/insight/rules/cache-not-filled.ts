/** Rule: cache misses after which the value was loaded, but not written to the cache. */

import { formatSite } from '../../domain/site.js';
import { type Call, cacheCommandOf } from '../calls/calls.js';
import { type Draft, type Rule, type Scene, weighConfidence } from '../scene.js';

const READS = new Set(['get', 'gets', 'getmulti', 'mget', 'hget', 'hgetall', 'getex']);
const WRITES = new Set([
  'set',
  'add',
  'replace',
  'cas',
  'setex',
  'psetex',
  'setnx',
  'mset',
  'msetnx',
  'hset',
  'hmset',
  'hsetnx',
  'append',
  'json.set',
  'pipeline',
  'multi',
  'eval',
  'evalsha',
  'fcall',
]);
// Locks, flags and sessions: the absence of such a key is its meaning. Words of the key, not parts of
// words: `urban`, `clock` and `ratings` are none.
const MARKERS = new Set([
  ...['lock', 'locks', 'locked', 'lockout', 'mutex', 'lease', 'leases', 'semaphore', 'leader'],
  ...[
    'sess',
    'session',
    'sessions',
    'sid',
    'token',
    'tokens',
    'jti',
    'nonce',
    'nonces',
    'csrf',
    'xsrf',
    'otp',
  ],
  ...[
    'limit',
    'limits',
    'limiter',
    'ratelimit',
    'throttle',
    'throttled',
    'cooldown',
    'quota',
    'attempts',
    'tries',
  ],
  ...[
    'idempotent',
    'idempotency',
    'idem',
    'once',
    'seen',
    'dedup',
    'dedupe',
    'processed',
    'pending',
    'inflight',
  ],
  ...[
    'blacklist',
    'blacklisted',
    'denylist',
    'blocklist',
    'blocked',
    'deny',
    'denied',
    'revoked',
    'revocation',
  ],
  ...[
    'ban',
    'bans',
    'banned',
    'muted',
    'flag',
    'flags',
    'maintenance',
    'presence',
    'online',
    'heartbeat',
    'typing',
  ],
  'revoke',
]);

/** Calls after a miss among which the fallback is searched. */
const MAX_CALLS_AFTER = 20;

/** A cache miss, and the call that loaded the value instead. */
interface Miss {
  call: Call;
  fallback: Call;
}

export const cacheNotFilled: Rule = (scene) => {
  const writtenKeys = new Set<string>();
  for (const call of scene.calls)
    if (call.span.kind === 'cache' && WRITES.has(call.verb))
      for (const key of keyShapesOf(call)) writtenKeys.add(key);
  const groups = new Map<string, Miss[]>();
  for (const [at, call] of scene.calls.entries()) {
    if (!isMiss(call) || keyShapesOf(call).some((key) => writtenKeys.has(key))) continue;
    const fallback = fallbackOf(scene, at);
    if (!fallback) continue;
    const group = groups.get(call.shape);
    if (group) group.push({ call, fallback });
    else groups.set(call.shape, [{ call, fallback }]);
  }
  return [...groups.values()].map(draftOf);
};

function isMiss(call: Call): boolean {
  if (call.span.kind !== 'cache' || !READS.has(call.verb) || call.site === undefined || isMarker(call))
    return false;
  return (
    call.span.detail?.hit === false || (call.span.detail?.hits === 0 && Number(call.span.detail.misses) > 0)
  );
}

function isMarker({ span }: Call): boolean {
  const words = cacheCommandOf(span)
    .keys.flatMap((key) => key.split(/[^A-Za-z]+|(?<=[a-z])(?=[A-Z])/))
    .map((word) => word.toLowerCase());
  return words.some((word, at) => MARKERS.has(word) || (word === 'rate' && words[at + 1] === 'limit'));
}

// Keys with ids masked; of a pipeline without keys its commands.
function keyShapesOf(call: Call): string[] {
  const { commands } = call.span.detail ?? {};
  const keys = cacheCommandOf(call.span).keys;
  const names = Array.isArray(commands) && keys.length === 0 ? commands.map(String) : keys;
  return names.map((name) => name.replaceAll(/(?<![0-9a-f])[a-f]*[0-9][0-9a-f-]*/gi, '#'));
}

// The next call of the same function that is no cache call, if it is a read with a result.
function fallbackOf({ calls }: Scene, at: number): Call | undefined {
  const miss = calls[at]!;
  for (const call of calls.slice(at + 1, at + MAX_CALLS_AFTER)) {
    if (call.start < miss.end - 0.01 || call.span.kind === 'cache') continue;
    const { site } = call;
    const isSameFunction = site?.file === miss.site!.file && site.function === miss.site!.function;
    if (!isSameFunction) continue;
    if (call.span.kind === 'sql')
      return call.verb === 'SELECT' && (call.span.rows ?? 0) > 0 ? call : undefined;
    return call.span.error === undefined && (call.span.kind === 'rpc' || call.verb === 'GET')
      ? call
      : undefined;
  }
  return undefined;
}

function draftOf(misses: Miss[]): Draft {
  const [{ call, fallback }] = misses as [Miss];
  const times = misses.length > 1 ? ` ${misses.length} times` : '';
  return {
    kind: 'cache-not-filled',
    severity: misses.length > 1 ? 'medium' : 'low',
    message: `${formatSite(call.site!)} missed \`${call.label}\`${times}, \`${fallback.label}\` at ${formatSite(fallback.site!)} found it, and nothing put it into the cache`,
    suggestion: `Set the key, with a time to live, after ${formatSite(fallback.site!)} has found it; otherwise the next request misses again.`,
    calls: misses.flatMap((miss) => [miss.call, miss.fallback]),
    site: call.site,
    shape: call.shape,
    ms: misses.reduce((sum, miss) => sum + (miss.fallback.span.duration ?? 0), 0),
    ...weighConfidence(
      0.4,
      [true, 0.1, 'no key of that shape was set in this request'],
      [misses.length > 1, 0.2, 'missed several times'],
    ),
  };
}

/** A cache that was asked, had nothing, and was not given what was found instead. */

import { formatSite } from '../../domain/site.js';
import { type Call, commandOf } from '../calls/calls.js';
import { type Draft, isAfterResponse, type Rule, type Scene, weighConfidence } from '../scene.js';

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
// Keys that mean something by not being there.
const MARKS =
  /lock|sess|rate|limit|throttl|idempot|nonce|csrf|black|revoke|deny|block|ban|once|seen|dedup|flag|token|otp|lease|presence|online/i;

export const cacheNotFilled: Rule = (scene) => {
  const written = new Set<string>();
  for (const call of scene.calls)
    if (call.span.kind === 'cache' && WRITES.has(call.verb))
      for (const key of shapesOf(call)) written.add(key);
  const groups = new Map<string, { call: Call; fallback: Call }[]>();
  for (const [at, call] of scene.calls.entries()) {
    if (!isMiss(call) || isAfterResponse(scene, call) || shapesOf(call).some((key) => written.has(key)))
      continue;
    const fallback = fallbackOf(scene, at);
    if (!fallback) continue;
    const group = groups.get(call.shape);
    if (group) group.push({ call, fallback });
    else groups.set(call.shape, [{ call, fallback }]);
  }
  return [...groups.values()].map(draftOf);
};

function isMiss(call: Call): boolean {
  if (
    call.span.kind !== 'cache' ||
    !READS.has(call.verb) ||
    call.site === undefined ||
    MARKS.test(call.shape)
  )
    return false;
  return (
    call.span.detail?.hit === false || (call.span.detail?.hits === 0 && Number(call.span.detail.misses) > 0)
  );
}

// Keys without what varies; commands say more than their keys where they are several.
function shapesOf(call: Call): string[] {
  const { commands } = call.span.detail ?? {};
  const keys = commandOf(call.span).keys;
  const names = Array.isArray(commands) && keys.length === 0 ? commands.map(String) : keys;
  return names.map((name) => name.replaceAll(/[0-9a-f]*[0-9][0-9a-f-]*/gi, '#'));
}

// The next read of a database or a service from the same function found something.
function fallbackOf({ calls }: Scene, at: number): Call | undefined {
  const miss = calls[at]!;
  for (const call of calls.slice(at + 1, at + 20)) {
    if (call.start < miss.end - 0.01 || call.span.kind === 'cache') continue;
    const { site: line } = call;
    const near = line?.file === miss.site!.file && line.function === miss.site!.function;
    if (!near) continue;
    if (call.span.kind === 'sql')
      return call.verb === 'SELECT' && (call.span.rows ?? 0) > 0 ? call : undefined;
    return call.span.error === undefined && (call.span.kind === 'rpc' || call.verb === 'GET')
      ? call
      : undefined;
  }
  return undefined;
}

function draftOf(found: { call: Call; fallback: Call }[]): Draft {
  const [{ call, fallback }] = found as [{ call: Call; fallback: Call }];
  const times = found.length > 1 ? ` ${found.length} times` : '';
  return {
    kind: 'cache-not-filled',
    severity: found.length > 1 ? 'medium' : 'low',
    message: `${formatSite(call.site!)} missed \`${call.label}\`${times}, \`${fallback.label}\` at ${formatSite(fallback.site!)} found it, and nothing put it into the cache`,
    suggestion: `Set the key, with a time to live, after ${formatSite(fallback.site!)} has found it; otherwise the next request misses again.`,
    calls: found.flatMap((one) => [one.call, one.fallback]),
    site: call.site,
    shape: call.shape,
    ms: found.reduce((sum, one) => sum + (one.fallback.span.duration ?? 0), 0),
    ...weighConfidence(
      0.4,
      [true, 0.1, 'no key of that shape was set in this request'],
      [found.length > 1, 0.2, 'missed several times'],
    ),
  };
}

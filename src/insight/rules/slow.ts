/** Calls that take long by themselves. */

import { formatSite } from '../../domain/site.js';
import { formatMs } from '../../domain/text.js';
import type { Call } from '../calls/calls.js';
import { type Draft, type Rule, type Scene, unionMs, weighConfidence } from '../scene.js';

// They wait on purpose.
const WAITING = new Set([
  'blpop',
  'brpop',
  'brpoplpush',
  'blmove',
  'blmpop',
  'bzpopmin',
  'bzpopmax',
  'bzmpop',
  'subscribe',
  'psubscribe',
  'ssubscribe',
  'monitor',
  'wait',
  'waitaof',
]);

export const slow: Rule = (scene) => {
  const groups = new Map<string, Call[]>();
  const blocks = scene.calls.filter(({ span }) => span.kind === 'block');
  for (const call of scene.calls) {
    if (!isSlow(scene, call) || isBlocked(call, blocks)) continue;
    const key = `${call.span.kind} ${call.shape} ${call.way[0] ?? ''}`;
    const group = groups.get(key);
    if (group) group.push(call);
    else groups.set(key, [call]);
  }
  return [...groups.values()].map((calls) => draftOf(scene, calls));
};

function isSlow({ limits }: Scene, call: Call): boolean {
  const limit = limits.slow[call.span.kind];
  if (limit === undefined || (call.span.duration ?? 0) < limit) return false;
  if (call.span.kind === 'cache') return !WAITING.has(call.verb) && !/\bblock\b/i.test(call.span.name);
  return !(call.span.kind === 'sql' && (call.sql!.isControl || /\bpg_sleep|\bsleep\(/.test(call.shape)));
}

// A blocked loop hears of an answer late, whoever gave it.
function isBlocked(call: Call, blocks: Call[]): boolean {
  const within = blocks
    .filter((block) => block.start < call.end && block.end > call.start)
    .map((block) => ({ start: Math.max(block.start, call.start), end: Math.min(block.end, call.end) }));
  return unionMs(within) * 2 >= (call.span.duration ?? 0);
}

function draftOf({ limits, trace }: Scene, calls: Call[]): Draft {
  const times = calls.map(({ span }) => span.duration ?? 0);
  const worst = calls[times.indexOf(Math.max(...times))]!;
  const time = times.reduce((sum, one) => sum + one, 0);
  const longest = worst.span.duration!;
  const share = trace.duration ? longest / trace.duration : 0;
  const often =
    calls.length > 1 ? ` (${calls.length} times over ${formatMs(limits.slow[worst.span.kind]!)})` : '';
  const part = share >= 0.3 && share <= 1 ? `, ${Math.round(share * 100)}% of the request` : '';
  return {
    kind: 'slow',
    severity: longest >= limits.slow[worst.span.kind]! * 4 || share >= 0.8 ? 'high' : 'medium',
    message: `\`${worst.label}\`${worst.site ? ` at ${formatSite(worst.site)}` : ''} took ${formatMs(longest)}${often}${part}`,
    suggestion: SUGGESTIONS[worst.span.kind] ?? 'Find out what it waits for.',
    calls,
    site: worst.site,
    shape: worst.shape,
    ms: time,
    ...weighConfidence(
      0.9,
      [true, 0, `took more than ${formatMs(limits.slow[worst.span.kind]!)}`],
      [calls.length === 1, -0.1, 'once'],
    ),
  };
}

const SUGGESTIONS: Record<string, string> = {
  sql: 'Look at its plan (EXPLAIN): most often an index is missing on the columns that it is asked or sorted by, or it reads rows that nobody needs.',
  cache:
    'Look at the size of the value and the way to the server: a cache should answer in about a millisecond.',
  rpc: 'Look at the service that answers, or answer without waiting for it.',
  http: 'Look at the server that answers; cache its answer, or set a timeout.',
};

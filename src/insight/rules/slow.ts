/** Rule: single calls that take long. */

import { unionMs } from '../../domain/intervals.js';
import { formatSite } from '../../domain/site.js';
import { formatMs } from '../../domain/text.js';
import type { Call } from '../calls/calls.js';
import { runningMs } from '../calls/loops.js';
import { blocksDuring } from '../patterns/blocked-times.js';
import { type Draft, type Rule, type Scene, weighConfidence } from '../scene.js';

// Commands of Redis that wait on purpose.
const BLOCKING_COMMANDS = new Set([
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

// A new row waits for nobody, unless there may be one already.
const LOCKS_ROWS =
  /^(?:UPDATE|DELETE|MERGE|REPLACE|LOCK) |^WITH .*\b(?:UPDATE|DELETE) | FOR (?:NO KEY )?(?:UPDATE|SHARE)|LOCK IN | ON (?:CONFLICT|DUPLICATE) /i;
/** Requests beside a call from which on it waits for others rather than being slow itself. */
const CROWD = 4;

export const slow: Rule = (scene) => {
  const groups = new Map<string, Call[]>();
  for (const call of scene.calls) {
    if (!isSlow(scene, call) || isBlocked(scene, call)) continue;
    if (isCrowded(scene, call) || isStalled(scene, call)) continue;
    const key = `${call.span.kind} ${call.shape} ${call.positions[0] ?? ''}`;
    const group = groups.get(key);
    if (group) group.push(call);
    else groups.set(key, [call]);
  }
  return [...groups.values()].map((calls) => draftOf(scene, calls));
};

function limitOf({ limits }: Scene, { span }: Call): number {
  return limits.slow[span.kind] ?? Number.POSITIVE_INFINITY;
}

function isSlow(scene: Scene, call: Call): boolean {
  if (timeOf(call) < limitOf(scene, call)) return false;
  if (call.span.kind === 'cache')
    return !BLOCKING_COMMANDS.has(call.verb) && !/\bblock\b/i.test(call.span.name);
  // A statement that only sleeps waits on purpose; one that also reads tables is as slow as it is.
  return !(call.span.kind === 'sql' && (call.sql!.isControl || isSleep(call)));
}

function isSleep({ sql, shape }: Call): boolean {
  return sql!.tables.length === 0 && /\bpg_sleep|\bsleep\(/.test(shape);
}

// A stream lasts as long as its reader takes: those pauses are not the query's.
function timeOf({ span }: Call): number {
  return (span.duration ?? 0) - Number(span.detail?.paused ?? 0);
}

// A blocked event loop receives responses late: it, not the call, is slow if it covers half of it,
// or if the rest is short enough.
function isBlocked(scene: Scene, call: Call): boolean {
  const blocked = unionMs(blocksDuring(scene, call));
  return blocked > 0 && (blocked * 2 >= timeOf(call) || timeOf(call) - blocked < limitOf(scene, call));
}

// A call that is fast where less runs at once: it waited for its turn. Those that wait for locks are
// as slow as they seem.
function isCrowded(scene: Scene, call: Call): boolean {
  if (call.sql && LOCKS_ROWS.test(call.shape)) return false;
  if (scene.times?.usualTimeOf(call) === undefined) return false;
  return (scene.load?.othersDuring(scene.trace, call) ?? 0) >= CROWD;
}

// A hash takes what its parameters say: more is a busy machine's.
function isStalled({ times }: Scene, call: Call): boolean {
  return call.span.kind === 'hash' && times?.usualTimeOf(call) !== undefined;
}

function draftOf({ limits, trace, times: usual }: Scene, calls: Call[]): Draft {
  const times = calls.map(timeOf);
  const slowest = calls[times.indexOf(Math.max(...times))]!;
  const total = Math.min(
    times.reduce((sum, ms) => sum + ms, 0),
    runningMs(calls),
  );
  const maxMs = timeOf(slowest);
  const fast = usual?.fastTimeOf(slowest);
  const share = trace.duration ? maxMs / trace.duration : 0;
  const count =
    calls.length > 1 ? ` (${calls.length} times over ${formatMs(limits.slow[slowest.span.kind]!)})` : '';
  const part = share >= 0.3 && share <= 1 ? `, ${Math.round(share * 100)}% of the request` : '';
  return {
    kind: 'slow',
    severity: maxMs >= limits.slow[slowest.span.kind]! * 4 || share >= 0.8 ? 'high' : 'medium',
    message: `\`${slowest.label}\`${slowest.site ? ` at ${formatSite(slowest.site)}` : ''} took ${formatMs(maxMs)}${count}${part}`,
    suggestion: fast === undefined ? suggestionFor(slowest) : busyText(slowest, fast),
    calls,
    site: slowest.site,
    shape: slowest.shape,
    ms: total,
    ...weighConfidence(
      0.9,
      [true, 0, `took more than ${formatMs(limits.slow[slowest.span.kind]!)}`],
      [calls.length === 1, -0.1, 'once'],
      [fast !== undefined, -0.2, 'it was fast in another request'],
    ),
  };
}

function busyText({ sql }: Call, ms: number): string {
  const [look, queries] = sql
    ? ['rather than for an index, look', ', or more queries than the database has processors for']
    : ['look', ''];
  return `It took ${formatMs(ms)} in another request: ${look} for what ran at the same time, the code of the app, which keeps answers waiting${queries}.`;
}

// An index helps to filter, to join, to sort and to group.
const NEEDS_INDEX = / (?:WHERE|JOIN|ORDER BY|GROUP BY|HAVING|DISTINCT|LIMIT) /i;

function suggestionFor({ span, verb, shape, sql }: Call): string {
  if (verb === 'INSERT' || verb === 'REPLACE' || verb === 'COPY')
    return 'Look at what it waits for: rows that another transaction has locked, triggers, foreign keys whose tables have to be looked at, or how many rows it writes at once.';
  if (sql?.isWrite && sql.tables.length > 0 && !NEEDS_INDEX.test(shape))
    return 'It writes all rows, without a condition: no index would help. Write fewer at a time, and look at what it waits for: rows that another transaction has locked.';
  if (sql?.isWrite && sql.tables.length > 0)
    return 'Look at what it waits for: rows that another transaction has locked, and its plan (EXPLAIN): without an index on what its condition compares, every row is read.';
  if (sql && sql.tables.length === 0)
    return 'It reads no table: look at the function that it calls, and at what that waits for.';
  if (verb === 'SELECT' && !NEEDS_INDEX.test(shape))
    return 'It reads all rows, without a condition: no index would help. Read fewer rows (LIMIT, with a key to go on from), or fewer columns.';
  return SUGGESTIONS[span.kind] ?? 'Find out what it waits for.';
}

const SUGGESTIONS: Record<string, string> = {
  sql: 'Look at its plan (EXPLAIN): most often an index is missing on the columns that it filters or sorts by, or it reads rows that are not needed.',
  cache:
    'Look at the size of the value and the way to the server: a cache should answer in about a millisecond.',
  rpc: 'Look at the service that answers, or answer without waiting for it.',
  http: 'Look at the server that answers; cache its answer, or set a timeout.',
  hash: 'A password hash is slow on purpose, as its rounds, memory and passes say: measure those on the server. Those that run at once wait for a thread (UV_THREADPOOL_SIZE, 4).',
};

/** Rule: time in which queries waited for a connection of the pool. */

import { CoveredTime, unionMs } from '../../domain/intervals.js';
import { formatSite } from '../../domain/site.js';
import { formatCount, formatMs } from '../../domain/text.js';
import type { Call } from '../calls/calls.js';
import { isParallel } from '../calls/loops.js';
import { blocksDuring } from '../patterns/blocked-times.js';
import { type Draft, type Rule, type Scene, shareOf, weighConfidence } from '../scene.js';

// Any pool takes up to 1 ms to return a free connection.
const MIN_WAIT_MS = 1;

/** Share of a request that it has to wait; of one beside more requests than there are connections. */
const MIN_SHARE = 0.1;
const MIN_SHARE_OF_CROWD = 0.3;

/** Counts of a pool when a call asked it for a connection, as the agent reads them. */
interface PoolCounts {
  max?: number;
  open?: number;
  idle?: number;
  waiting?: number;
}

export const poolWait: Rule = (scene) => {
  const told = scene.loops
    .filter((loop) => isParallel(loop) && scene.claimed.has(loop.calls[0]!))
    .map(({ calls }) => new CoveredTime(calls));
  const waiting = scene.calls.filter(
    (call) => isWaitForPool(call) && !isBlocked(scene, call) && !isBesideLoop(call, told),
  );
  const total = unionMs(waiting.map(waitOf));
  const share = isCrowded(scene, waiting) ? MIN_SHARE_OF_CROWD : MIN_SHARE;
  if (total < scene.limits.poolWait || (scene.trace.duration !== undefined && shareOf(scene, total) < share))
    return [];
  return [draftOf(scene, waiting, total)];
};

function isWaitForPool({ span }: Call): boolean {
  const { wait = 0, detail, kind } = span;
  // Clients of caches and HTTP wait for their one connection, or for a turn of their own.
  if (kind === 'cache' || kind === 'http') return false;
  // The wait for a new connection is paid once, and no sign of a full pool; the queue of a
  // connection that the app holds is none of the pool's.
  if (wait - Number(detail?.queue ?? 0) < MIN_WAIT_MS || detail?.opened) return false;
  const { max, open = 0, idle = 0, waiting = 0 } = countsOf(span.detail) ?? {};
  // Those that it may still open, and the idle ones, unless others have been waiting for them.
  return max === undefined ? idle <= waiting : max - open + idle <= waiting;
}

// Then some have to wait, however short the time for which each holds its connection.
function isCrowded({ load, trace }: Scene, waiting: Call[]): boolean {
  return waiting.some((call) => {
    const { max } = countsOf(call.span.detail) ?? {};
    return max !== undefined && load !== undefined && load.othersDuring(trace, waitOf(call)) >= max;
  });
}

function countsOf(detail: Call['span']['detail']): PoolCounts | undefined {
  return typeof detail?.pool === 'object' && detail.pool !== null ? detail.pool : undefined;
}

function waitOf({ start, span }: Call): { start: number; end: number } {
  return { start, end: start + span.wait! - Number(span.detail?.queue ?? 0) };
}

// A blocked event loop takes a connection late: then the loop is the cause.
function isBlocked(scene: Scene, call: Call): boolean {
  const wait = waitOf(call);
  return unionMs(blocksDuring(scene, wait)) * 2 >= wait.end - wait.start;
}

// A loop at once takes all connections: it is told already, and its own queries wait as those beside it.
function isBesideLoop(call: Call, loops: CoveredTime[]): boolean {
  const { start, end } = waitOf(call);
  return loops.some((loop) => loop.within(start, end) * 2 >= end - start);
}

/** `, since all 10 were in use`; empty where the pool's counts are not known. */
function causeText(waiting: Call[]): string {
  const counts = waiting.map(({ span }) => countsOf(span.detail)).find((known) => known !== undefined);
  return counts?.max === undefined ? '' : `, since all ${counts.max} were in use`;
}

function draftOf(scene: Scene, waiting: Call[], total: number): Draft {
  const worst = waiting.reduce((a, b) => (b.span.wait! > a.span.wait! ? b : a));
  const size = waiting.map(({ span }) => countsOf(span.detail)?.max).find((max) => max !== undefined);
  const parallelLoop = scene.loops.find(
    (loop) => isParallel(loop) && loop.calls.includes(worst) && loop.calls.length > (size ?? 1),
  );
  const share = shareOf(scene, total);
  const part = share > 0 ? `, ${Math.round(share * 100)}% of the request` : '';
  const where = worst.site ? `, at ${formatSite(worst.site)}` : '';
  const longest = waiting.length > 1 ? `; the longest ${formatMs(worst.span.wait!)}${where}` : where;
  return {
    kind: 'pool-wait',
    severity: total >= scene.limits.poolWait * 10 || share >= 0.5 ? 'high' : 'medium',
    message: `${formatCount(waiting.length, 'query', 'queries')} waited ${formatMs(total)} for a connection of the pool${causeText(waiting)}${part}${longest}`,
    suggestion: parallelLoop
      ? `The ${parallelLoop.calls.length} queries that start at once${parallelLoop.site ? ` at ${formatSite(parallelLoop.site)}` : ''} need more connections than there are: ask once instead.`
      : 'Hold connections for a shorter time (release early, no calls to others inside transactions), or make the pool larger.',
    calls: waiting,
    site: worst.site,
    shape: 'pool',
    ms: total,
    ...weighConfidence(
      0.8,
      [waiting.length > 1, 0.1, 'several waited'],
      [parallelLoop !== undefined, 0.05, 'one line starts them all at once'],
    ),
  };
}

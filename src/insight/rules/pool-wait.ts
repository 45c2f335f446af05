/** Rule: time in which queries waited for a connection of the pool. */

import { formatSite } from '../../domain/site.js';
import { formatCount, formatMs } from '../../domain/text.js';
import type { Call } from '../calls/calls.js';
import { isParallel } from '../calls/loops.js';
import { type Draft, type Rule, type Scene, shareOf, unionMs, weighConfidence } from '../scene.js';

// Any pool takes up to 1 ms to return a free connection.
const MIN_WAIT_MS = 1;

export const poolWait: Rule = (scene) => {
  // The wait for a new connection is paid once, and no sign of a full pool.
  const waiting = scene.calls.filter(({ span }) => (span.wait ?? 0) >= MIN_WAIT_MS && !span.detail?.opened);
  const total = unionMs(waiting.map(({ start, span }) => ({ start, end: start + span.wait! })));
  if (total < scene.limits.poolWait || (scene.trace.duration !== undefined && shareOf(scene, total) < 0.1))
    return [];
  return [draftOf(scene, waiting, total)];
};

function draftOf(scene: Scene, waiting: Call[], total: number): Draft {
  const worst = waiting.reduce((a, b) => (b.span.wait! > a.span.wait! ? b : a));
  const parallelLoop = scene.loops.find((loop) => isParallel(loop) && loop.calls.includes(worst));
  const share = shareOf(scene, total);
  const part = share > 0 ? `, ${Math.round(share * 100)}% of the request` : '';
  const where = worst.site ? `, at ${formatSite(worst.site)}` : '';
  const longest = waiting.length > 1 ? `; the longest ${formatMs(worst.span.wait!)}${where}` : where;
  return {
    kind: 'pool-wait',
    severity: total >= scene.limits.poolWait * 10 || share >= 0.5 ? 'high' : 'medium',
    message: `${formatCount(waiting.length, 'query', 'queries')} waited ${formatMs(total)} for a connection of the pool, since all were in use${part}${longest}`,
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

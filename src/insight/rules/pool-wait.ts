/** Time in which queries waited for a connection of the pool. */

import { formatSite } from '../../domain/site.js';
import { formatCount, formatMs } from '../../domain/text.js';
import type { Call } from '../calls/calls.js';
import { isParallel } from '../calls/loops.js';
import { type Draft, type Rule, type Scene, shareOf, unionMs, weighConfidence } from '../scene.js';

// Less is how long any pool takes to hand one out.
const LEAST = 1;

export const poolWait: Rule = (scene) => {
  // A pool that only opened a connection had one to give; that is paid once.
  const waiting = scene.calls.filter(({ span }) => (span.wait ?? 0) >= LEAST && !span.detail?.opened);
  const time = unionMs(waiting.map(({ start, span }) => ({ start, end: start + span.wait! })));
  if (time < scene.limits.poolWait || (scene.trace.duration !== undefined && shareOf(scene, time) < 0.1))
    return [];
  return [draftOf(scene, waiting, time)];
};

function draftOf(scene: Scene, waiting: Call[], time: number): Draft {
  const worst = waiting.reduce((a, b) => (b.span.wait! > a.span.wait! ? b : a));
  const flood = scene.loops.find((loop) => isParallel(loop) && loop.calls.includes(worst));
  const share = shareOf(scene, time);
  const part = share > 0 ? `, ${Math.round(share * 100)}% of the request` : '';
  const where = worst.site ? `, at ${formatSite(worst.site)}` : '';
  const longest = waiting.length > 1 ? `; the longest ${formatMs(worst.span.wait!)}${where}` : where;
  return {
    kind: 'pool-wait',
    severity: time >= scene.limits.poolWait * 10 || share >= 0.5 ? 'high' : 'medium',
    message: `${formatCount(waiting.length, 'query', 'queries')} waited ${formatMs(time)} for a connection of the pool, since all were in use${part}${longest}`,
    suggestion: flood
      ? `The ${flood.calls.length} queries that start at once${flood.site ? ` at ${formatSite(flood.site)}` : ''} need more connections than there are: ask once instead.`
      : 'Hold connections for a shorter time (release early, no calls to others inside transactions), or make the pool larger.',
    calls: waiting,
    site: worst.site,
    shape: 'pool',
    ms: time,
    ...weighConfidence(
      0.8,
      [waiting.length > 1, 0.1, 'several waited'],
      [flood !== undefined, 0.05, 'one line starts them all at once'],
    ),
  };
}

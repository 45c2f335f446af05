/** Rule: synchronous code of the app that blocked the event loop. */

import { formatSite } from '../../domain/site.js';
import { formatMs } from '../../domain/text.js';
import type { Call } from '../calls/calls.js';
import { type Draft, type Rule, type Scene, shareOf, weighConfidence } from '../scene.js';

export const blockedLoop: Rule = (scene) => {
  const groups = new Map<string, Call[]>();
  for (const call of scene.calls) {
    if (call.span.kind !== 'block') continue;
    const key = `${call.positions[0] ?? ''} ${call.shape}`;
    const group = groups.get(key);
    if (group) group.push(call);
    else groups.set(key, [call]);
  }
  return [...groups.values()].flatMap((calls) => draftOf(scene, calls) ?? []);
};

function draftOf(scene: Scene, calls: Call[]): Draft | undefined {
  const times = calls.map(({ span }) => span.duration ?? 0);
  const total = times.reduce((sum, ms) => sum + ms, 0);
  const longest = Math.max(...times);
  if (longest < scene.limits.blocked) return undefined;
  const [call] = calls;
  const { site } = call!;
  const subject = site
    ? `${site.function === '<anonymous>' ? '' : `${site.function} at `}${formatSite(site)}`
    : 'Code';
  const period =
    calls.length > 1 ? `${calls.length} times, ${formatMs(longest)} at most` : `for ${formatMs(longest)}`;
  return {
    kind: 'event-loop',
    severity: longest >= scene.limits.blocked * 4 ? 'high' : 'medium',
    message: `${subject} blocked the event loop ${period}, in \`${call!.span.name}\`; meanwhile no request was answered`,
    suggestion:
      'Do less at once: go through it in pieces (`await setImmediate()` between them), use the asynchronous call, or a worker thread.',
    calls,
    site,
    shape: call!.shape,
    ms: total,
    ...weighConfidence(
      0.8,
      [site !== undefined, 0.1, 'the line was seen while it ran'],
      [shareOf(scene, total) >= 0.3, 0.05, 'a large part of the request'],
    ),
  };
}

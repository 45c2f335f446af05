/** Stretches in which the app's own code kept the event loop, so that nobody was served. */

import { formatSite } from '../../domain/site.js';
import { formatMs } from '../../domain/text.js';
import type { Call } from '../calls/calls.js';
import { type Draft, type Rule, type Scene, shareOf, weighConfidence } from '../scene.js';

export const blockedLoop: Rule = (scene) => {
  const groups = new Map<string, Call[]>();
  for (const call of scene.calls) {
    if (call.span.kind !== 'block') continue;
    const key = `${call.way[0] ?? ''} ${call.shape}`;
    const group = groups.get(key);
    if (group) group.push(call);
    else groups.set(key, [call]);
  }
  return [...groups.values()].flatMap((calls) => draftOf(scene, calls) ?? []);
};

function draftOf(scene: Scene, calls: Call[]): Draft | undefined {
  const times = calls.map(({ span }) => span.duration ?? 0);
  const time = times.reduce((sum, one) => sum + one, 0);
  const longest = Math.max(...times);
  if (longest < scene.limits.blocked) return undefined;
  const [call] = calls;
  const { site: line } = call!;
  const who = line
    ? `${line.function === '<anonymous>' ? '' : `${line.function} at `}${formatSite(line)}`
    : 'Code';
  const long =
    calls.length > 1 ? `${calls.length} times, ${formatMs(longest)} at most` : `for ${formatMs(longest)}`;
  return {
    kind: 'event-loop',
    severity: longest >= scene.limits.blocked * 4 ? 'high' : 'medium',
    message: `${who} blocked the event loop ${long}, in \`${call!.span.name}\`; meanwhile no request was answered`,
    suggestion:
      'Do less at once: go through it in pieces (`await setImmediate()` between them), use the asynchronous call, or a worker thread.',
    calls,
    site: line,
    shape: call!.shape,
    ms: time,
    ...weighConfidence(
      0.8,
      [line !== undefined, 0.1, 'the line was seen while it ran'],
      [shareOf(scene, time) >= 0.3, 0.05, 'a large part of the request'],
    ),
  };
}

/** Rule: calls that failed although the response reports success. */

import { formatSite } from '../../domain/site.js';
import { isTimed } from '../../domain/span-kinds.js';
import type { Call } from '../calls/calls.js';
import { runningMs } from '../calls/loops.js';
import { failureOf, isExpectedAnswer } from '../patterns/failed-answers.js';
import { hasReplacement, isReported, isWantedError } from '../patterns/handled-errors.js';
import { type Draft, type Rule, type Scene, weighConfidence } from '../scene.js';

// A response with a status for each of its parts.
const MULTI_STATUS = 207;
const ROUNDING_MS = 0.01;
// A failed look-up fails the call that asked for it; a graphql span has its errors in the response.
const NOT_JUDGED = new Set(['block', 'blocked', 'dns', 'graphql']);

export const swallowedErrors: Rule = (scene) => {
  const { status, state } = scene.trace;
  if (status === undefined || status >= 400 || status === MULTI_STATUS || state !== 'done') return [];
  const groups = new Map<string, Call[]>();
  for (const call of scene.calls) {
    if (failureOf(call) === undefined || isHandled(scene, call)) continue;
    const key = `${call.span.kind} ${call.shape} ${call.positions[0] ?? ''}`;
    const group = groups.get(key);
    if (group) group.push(call);
    else groups.set(key, [call]);
  }
  return [...groups.values()].map((calls) => draftOf(scene, calls));
};

function isHandled(scene: Scene, call: Call): boolean {
  if (!isTimed(call.span) || NOT_JUDGED.has(call.span.kind)) return true;
  if (call.span.error === undefined && isExpectedAnswer(scene, call)) return true;
  return (
    isAnswered(scene, call) || isWantedError(call) || hasReplacement(scene, call) || isReported(scene, call)
  );
}

/** Whether JSON after a call tells of an error: {"error":"…"}, {"items":[],"errors":["…"]}. */
function isAnswered({ trace: { answeredError } }: Scene, { end }: Call): boolean {
  return answeredError !== undefined && end <= answeredError + ROUNDING_MS;
}

function draftOf({ trace }: Scene, calls: Call[]): Draft {
  const [call] = calls;
  const failure = failureOf(call!)!.split('\n', 1)[0]!.slice(0, 160);
  const times = calls.length > 1 ? ` ${calls.length} times` : '';
  const what = call!.span.error === undefined ? `${failure}${times}` : `failed${times} (${failure})`;
  // A failure of a cache is usually harmless, of a database seldom.
  const isHarmless = call!.span.kind === 'cache';
  return {
    kind: 'swallowed-error',
    severity: isHarmless ? 'low' : call!.span.kind === 'sql' ? 'high' : 'medium',
    message: `\`${call!.label}\`${call!.site ? ` at ${formatSite(call!.site)}` : ''} ${what}, and the response was ${trace.status} all the same`,
    suggestion:
      'Let the error reach the response, or log it where it is caught, and say there why it does no harm.',
    calls,
    site: call!.site,
    shape: call!.shape,
    ms: runningMs(calls),
    ...weighConfidence(
      0.6,
      [true, 0, 'it was not tried again with success, and no log line or JSON answer tells it'],
      [call!.sql?.isWrite === true, 0.2, 'what should have been written was not'],
      [isHarmless, -0.2, 'caches may fail without harm'],
    ),
  };
}

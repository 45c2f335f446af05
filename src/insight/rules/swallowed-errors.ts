/** Rule: calls that failed although the response reports success. */

import { formatSite } from '../../domain/site.js';
import { isTimed } from '../../domain/span-kinds.js';
import type { Call } from '../calls/calls.js';
import { type Draft, type Rule, type Scene, weighConfidence } from '../scene.js';

// Some programs insert a row to find out whether it exists: these errors are expected.
const EXPECTED_ERRORS =
  /^(?:23505|ER_DUP_ENTRY|1062|SQLITE_CONSTRAINT)|duplicate (?:key|entry)|UNIQUE constraint|NOT_FOUND|NOSCRIPT/i;
// Aborted by the app on purpose.
const ABORTED = /\babort/i;

export const swallowedErrors: Rule = (scene) => {
  const { status, state } = scene.trace;
  if (status === undefined || status >= 400 || state !== 'done') return [];
  const groups = new Map<string, Call[]>();
  for (const [at, call] of scene.calls.entries()) {
    if (call.span.error === undefined || isHandled(scene, at)) continue;
    const key = `${call.span.kind} ${call.shape} ${call.positions[0] ?? ''}`;
    const group = groups.get(key);
    if (group) group.push(call);
    else groups.set(key, [call]);
  }
  return [...groups.values()].map((calls) => draftOf(scene, calls));
};

function isHandled({ calls }: Scene, at: number): boolean {
  const call = calls[at]!;
  const { error, kind } = call.span;
  if (
    !isTimed(call.span) ||
    kind === 'block' ||
    EXPECTED_ERRORS.test(error!) ||
    ABORTED.test(error!) ||
    call.span.detail?.aborted === true
  )
    return true;
  for (const later of calls.slice(at + 1)) {
    // A retry succeeded.
    if (later.shape === call.shape && later.span.kind === kind && later.span.error === undefined) return true;
    if (kind === 'sql' && later.verb === 'ROLLBACK' && / TO /.test(later.shape)) return true;
  }
  return false;
}

function draftOf({ trace }: Scene, calls: Call[]): Draft {
  const [call] = calls;
  const error = call!.span.error!.split('\n', 1)[0]!.slice(0, 160);
  const times = calls.length > 1 ? ` ${calls.length} times` : '';
  // A failure of a cache is usually harmless, of a database seldom.
  const isHarmless = call!.span.kind === 'cache';
  return {
    kind: 'swallowed-error',
    severity: isHarmless ? 'low' : call!.span.kind === 'sql' ? 'high' : 'medium',
    message: `\`${call!.label}\`${call!.site ? ` at ${formatSite(call!.site)}` : ''} failed${times} (${error}), and the response was ${trace.status} all the same`,
    suggestion:
      'Let the error reach the response, or log it where it is caught, and say there why it does no harm.',
    calls,
    site: call!.site,
    shape: call!.shape,
    ms: calls.reduce((sum, { span }) => sum + (span.duration ?? 0), 0),
    ...weighConfidence(
      0.6,
      [true, 0, 'it was not tried again with success'],
      [call!.sql?.isWrite === true, 0.2, 'what should have been written was not'],
      [isHarmless, -0.2, 'caches may fail without harm'],
    ),
  };
}

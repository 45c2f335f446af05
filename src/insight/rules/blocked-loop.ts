/** Rule: synchronous code of the app that blocked the event loop. */

import { unionMs } from '../../domain/intervals.js';
import { formatSite } from '../../domain/site.js';
import { formatMs } from '../../domain/text.js';
import { type Call, isInPieces } from '../calls/calls.js';
import { blocksOf, confidenceOfBlock, WHOLE_LOOP } from '../patterns/blocks.js';
import type { Draft, Rule, Scene } from '../scene.js';

/** ms that work in pieces has the loop to itself, before others are served. */
const PIECE_MS = 100;

const SUGGESTION =
  'Do less at once: go through it in pieces (`await setImmediate()` between them), use the asynchronous call, or a worker thread.';
/** By library, where there is another one for the same. */
const SUGGESTIONS: Record<string, string> = {
  bcryptjs:
    'Use `bcrypt` or `@node-rs/bcrypt`, and await it: they make and take the same hashes, and compute in threads of their own.',
};

export const blockedLoop: Rule = (scene) => {
  const isBlock = (call: Call) =>
    isInPieces(call.span) || (call.span.kind === 'block' && !isKnownOtherwise(scene, call));
  const blocks = blocksOf(scene, (call) => (isBlock(call) ? '' : undefined));
  return blocks.flatMap((calls) => draftOf(scene, calls) ?? []);
};

/** Whether the watch of the loop saw it: code of any kind, with its name or without. */
function isWatched({ span }: Call): boolean {
  return span.name === WHOLE_LOOP || span.detail?.captures !== undefined;
}

// A synchronous call that is known by its name covers what the watch of the loop saw.
function isKnownOtherwise(scene: Scene, call: Call): boolean {
  if (!isWatched(call)) return false;
  const known = scene.calls.filter(
    (other) =>
      other !== call &&
      ((other.span.kind === 'block' && !isWatched(other)) ||
        other.span.detail?.blocking === true ||
        isInPieces(other.span)) &&
      other.start < call.end &&
      other.end > call.start,
  );
  const covered = unionMs(
    known.map(({ start, end }) => ({ start: Math.max(start, call.start), end: Math.min(end, call.end) })),
  );
  return covered * 2 >= call.end - call.start;
}

function draftOf(scene: Scene, calls: Call[]): Draft | undefined {
  const [call] = calls;
  // What computes blocked for as long as it had the processor: the rest is a busy machine's.
  const times = calls.map(({ span }) => Math.min(span.duration ?? 0, Number(span.detail?.cpu ?? Infinity)));
  const total = times.reduce((sum, ms) => sum + ms, 0);
  const most = Math.max(...times);
  const longest = isInPieces(call!.span) ? Math.min(most, PIECE_MS) : most;
  // The watch of the loop also sees code that is run, and compiled, for the first time.
  const limit = scene.limits.blocked * (isWatched(call!) ? 1.5 : 1);
  if (longest < limit) return undefined;
  const { site } = call!;
  const subject = site
    ? `${site.function === '<anonymous>' ? '' : `${site.function} at `}${formatSite(site)}`
    : 'Code';
  const period =
    calls.length > 1 ? `${calls.length} times, ${formatMs(most)} at most` : `for ${formatMs(most)}`;
  const pieces = longest < most ? `, ${formatMs(longest)} at a time` : '';
  return {
    kind: 'event-loop',
    severity: longest >= scene.limits.blocked * 4 ? 'high' : 'medium',
    message:
      call!.span.name === WHOLE_LOOP
        ? `The event loop was blocked ${period} by code ${site ? `that ran with the call at ${formatSite(site)}` : 'of the request'}; meanwhile no request was answered`
        : `${subject} blocked the event loop ${period}${pieces}${calleeText(call!)}; meanwhile no request was answered`,
    suggestion: SUGGESTIONS[call!.span.library] ?? SUGGESTION,
    calls,
    site,
    shape: call!.shape,
    ms: total,
    ...confidenceOfBlock(scene, call!, total),
  };
}

/** `, in `RegExp.test``; empty where it is the function itself that ran. */
function calleeText({ span, site }: Call): string {
  const own = site?.function.replace('<anonymous>', 'anonymous').split('.').at(-1);
  const isItself = span.detail?.captures !== undefined && span.name === own;
  return isItself ? '' : `, in \`${span.name}\``;
}

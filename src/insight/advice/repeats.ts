/** Suggestions for calls that ask the same again. */

import type { Call } from '../calls/calls.js';

/** Suggestion for equal queries of one line; those that overlap cannot use each other's answer. */
export function adviceForRepeats(calls: Call[]): string {
  return isOverlapping(calls)
    ? 'They start before the first has an answer: keep the promise, not the answer, in a Map by its key, for the rest of the request, so that all await the same query.'
    : 'Keep the answer for the rest of the request: a variable, a Map by its key, or a memoised function.';
}

/** Suggestion for equal queries of several lines. */
export function adviceForSameQuery(calls: Call[]): string {
  return isOverlapping(calls)
    ? 'Ask once per request: keep the promise of the first on the request object, or memoise the function per request, so that all await the same query.'
    : 'Ask once per request and pass the answer on: on the request object, or memoised per request.';
}

function isOverlapping(calls: Call[]): boolean {
  const sorted = [...calls].sort((a, b) => a.start - b.start);
  return sorted.some((call, at) => at > 0 && call.start < sorted[at - 1]!.end - 0.01);
}

/** Activity of the event loop: the longest time without an event between two ticks of a timer. */

import type { TracedRequest } from './traced-request.cjs';

/** The longest gap between two events since the last tick, and which request it belongs to. */
export interface Gap {
  start: number;
  end: number;
  request: TracedRequest | undefined;
  /** Number of the stack of the call before or after it; 0 if unknown. */
  stack: number;
}

let lastAt = 0;
let lastRequest: TracedRequest | undefined;
let lastStack = 0;
let longest: Gap = { start: 0, end: 0, request: undefined, stack: 0 };

/**
 * Notes that a request or a call began or ended, at a time of performance.now(). Code that runs up
 * to the beginning of a call is of that call's request.
 */
export function noteActivity(at: number, request: TracedRequest | undefined, stack: number): void {
  if (at - lastAt > longest.end - longest.start) {
    const known = lastRequest === request && lastStack !== 0 ? lastStack : stack;
    longest = { start: lastAt, end: at, request, stack: known };
  }
  lastAt = at;
  lastRequest = request;
  lastStack = stack;
}

/** Notes a synchronous call, whose own record tells how long it blocked. */
export function noteBlockingCall(
  began: number,
  ended: number,
  request: TracedRequest | undefined,
  stack: number,
): void {
  noteActivity(began, request, stack);
  lastAt = ended;
}

/** The longest gap up to a tick, from which on the next is measured. */
export function takeLongestGap(at: number): Gap {
  const last = { start: lastAt, end: at, request: lastRequest, stack: lastStack };
  const gap = last.end - last.start > longest.end - longest.start ? last : longest;
  longest = { start: at, end: at, request: undefined, stack: 0 };
  lastAt = at;
  return gap;
}

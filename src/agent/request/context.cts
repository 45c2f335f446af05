/** Which request the running code belongs to: entered by servers, restored by streams. */

import { AsyncLocalStorage } from 'node:async_hooks';
import { state } from '../run-config.cjs';
import { now, type TracedRequest } from './traced-request.cjs';

// A timer started in a request keeps its context for ever: after this time its calls are not
// attributed to the request any more.
const MAX_CONTEXT_AGE_MS = 60_000;

/** For servers alone, which enter it without a function in between; others call `applyInRequest`. */
export const requestStorage = new AsyncLocalStorage<TracedRequest>();
let recordedRequests = 0;
/** Number of requests being recorded now, and `now()` at the end of the last of them. */
let openRequests = 0;
let lastEnded = 0;
let isRemoteKnown = false;

/** Request that the running code belongs to; undefined outside any, and 60 s after its end. */
export function currentRequest(): TracedRequest | undefined {
  const request = requestStorage.getStore();
  if (request === undefined || request.ended === 0 || now() - request.ended < MAX_CONTEXT_AGE_MS)
    return request;
  return undefined;
}

/** Counts a request whose recording begins. */
export function noteRequestStarted(): void {
  recordedRequests++;
  openRequests++;
}

/** Notes the end of a recorded request, at `now()`. */
export function noteRequestEnded(at: number): void {
  openRequests--;
  lastEnded = at;
}

/** Whether a request has been recorded at all. */
export function hasRecorded(): boolean {
  return recordedRequests > 0;
}

/**
 * Whether a request is being recorded or has been in the last 60 s: running code may then be in its
 * async context, even code that serves another request.
 */
export function isRecording(): boolean {
  return openRequests > 0 || (recordedRequests > 0 && now() - lastEnded < MAX_CONTEXT_AGE_MS);
}

/**
 * Whether calls of no request are recorded: not while they may be those of a request that was left
 * out, which has no context to know them by.
 */
export function isOutsideRecorded(): boolean {
  if (state.recording !== 'all') return false;
  return state.leftOutAt === 0 || now() - state.leftOutAt > MAX_CONTEXT_AGE_MS;
}

/** Whether code may run in a request's context at all; false as long as no request was marked. */
export function mayBeInRequest(): boolean {
  return isRecording() || isRemoteKnown;
}

/** Notes that this process has a request of another one, which no server of its own counts. */
export function noteRemoteRequest(): void {
  isRemoteKnown = true;
}

/** Calls `fn` in the async context of `request` (undefined: of none) and returns its result. */
export function applyInRequest(
  request: TracedRequest | undefined,
  fn: Function,
  self: unknown,
  args: ArrayLike<unknown>,
): unknown {
  if (requestStorage.getStore() === request) return Reflect.apply(fn, self, args);
  // `run` also for undefined: a callback passed outside any request may be called from within one.
  if (contextSwitch.enter === undefined)
    return requestStorage.run(request as TracedRequest, Reflect.apply, fn, self, args);
  return applyNoted(request, fn, self, args);
}

/** `applyInRequest` while a profile is taken. */
function applyNoted(
  request: TracedRequest | undefined,
  fn: Function,
  self: unknown,
  args: ArrayLike<unknown>,
): unknown {
  const { enter, leave } = contextSwitch;
  enter?.(request);
  try {
    return requestStorage.run(request as TracedRequest, Reflect.apply, fn, self, args);
  } finally {
    leave?.();
  }
}

/** Listeners of switches of the context that no async hook sees; set while a profile is taken. */
export const contextSwitch: {
  enter: ((request: TracedRequest | undefined) => void) | undefined;
  leave: (() => void) | undefined;
} = { enter: undefined, leave: undefined };

/** Request of the running async context, also long after its end. */
export function storedRequest(): TracedRequest | undefined {
  return requestStorage.getStore();
}

/** Request whose handler has just thrown: by the time that the error is uncaught it has been left. */
let unwound: TracedRequest | undefined;

/** Notes that a request's handler has thrown. */
export function noteUnwound(request: TracedRequest): void {
  unwound = request;
  // What catches the error is in the same turn.
  queueMicrotask(() => {
    unwound = undefined;
  });
}

/** Request whose handler has thrown in this turn, once. */
export function takeUnwoundRequest(): TracedRequest | undefined {
  const request = unwound;
  unwound = undefined;
  return request;
}

/** Continues the running function, which the agent does not call, in the context of `request`. */
export function enterRequest(request: TracedRequest | undefined): void {
  requestStorage.enterWith(request as TracedRequest);
}

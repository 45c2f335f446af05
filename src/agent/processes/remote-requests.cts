/** Requests known by their id: those that messages to other processes and threads were sent in. */

import { applyInRequest, currentRequest, noteRemoteRequest } from '../request/context.cjs';
import { now, TracedRequest } from '../request/traced-request.cjs';
import { state } from '../run-config.cjs';

const MAX_KNOWN = 1000;
const known = new Map<string, TracedRequest>();
let announce: (request: TracedRequest) => void = () => {};

/** Sets how a request is announced to the launcher, before another process reports its calls. */
export function onRequestShared(listener: (request: TracedRequest) => void): void {
  announce = listener;
}

/** Request that a message is sent in now, ready to be named to another process. */
export function requestToShare(request: TracedRequest | undefined): TracedRequest | undefined {
  if (request === undefined || state.recording === 'off') return undefined;
  keep(request);
  announce(request);
  return request;
}

/** Request of an id: this process's own, or one that stands for another process's. */
export function requestOfId(id: string): TracedRequest {
  const request = known.get(id) ?? new TracedRequest({ id, proxied: true });
  // Its end is not known here: its context lasts as that of a request that has just ended.
  if (!known.has(id)) {
    request.isRemote = true;
    noteRemoteRequest();
  }
  if (request.isRemote) request.ended = now();
  keep(request);
  return request;
}

/** The oldest is forgotten: a message of it would get a stand-in. */
function keep(request: TracedRequest): void {
  known.delete(request.id);
  known.set(request.id, request);
  if (known.size <= MAX_KNOWN) return;
  const [oldest] = known.keys();
  known.delete(oldest!);
}

/**
 * Calls `fn`, which receives a message, in the request that the message was sent in. Without one it
 * stays in the request that made the channel, while that runs: a pool that a request has made serves
 * others later.
 */
export function receiveIn(
  id: string | undefined,
  fn: Function,
  self: unknown,
  args: ArrayLike<unknown>,
): unknown {
  if (id !== undefined) return applyInRequest(requestOfId(id), fn, self, args);
  const request = currentRequest();
  if (request === undefined || request.ended === 0) return Reflect.apply(fn, self, args);
  return applyInRequest(undefined, fn, self, args);
}

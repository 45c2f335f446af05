/** AsyncLocalStorage of the current request: entered by servers, restored by streams. */

import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import type { Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http';
import { attempt } from '../guard.cjs';
import { CallTimes } from '../record/call-times.cjs';
import { closeCost, requestCost } from '../record/own-cost.cjs';
import { state } from '../run-config.cjs';
import { tagMessage, tagOfMessage } from './private-field.cjs';
import { decideRequest } from './record-decision.cjs';
import { addHeadLines } from './response-head.cjs';
import { now, TracedRequest, WatchedStream } from './traced-request.cjs';

/** Callbacks for the start of a recorded request and for the end of its response. */
export interface RequestListener {
  requestStarted(request: TracedRequest): void;
  /** Its first bytes are about to leave: their reader may kill this process. */
  answering(request: TracedRequest): void;
  /** A request that came directly asks for a profile, by its header; before it begins. */
  profileAsked(id: string, kind: string): void;
  /** `aborted`: the connection closed before the response was complete. */
  requestEnded(request: TracedRequest, aborted: boolean): void;
}

// A timer started in a request keeps its context for ever: after this time its calls are not
// attributed to the request any more.
const MAX_CONTEXT_AGE_MS = 60_000;

const storage = new AsyncLocalStorage<TracedRequest>();
const patched = new WeakSet<object>();
const closeCallbacks = new WeakMap<object, () => void>();
/** Patched prototypes of most messages: comparing them is cheaper than looking into a WeakSet. */
let usualMessage: object | undefined;
let usualResponse: object | undefined;
let secret = '';
let listener: RequestListener;
/**
 * Requests recorded and streams watched so far; while 0, patched methods only call the original.
 */
let watchedCount = 0;
/** Number of requests being recorded now, and performance.now() at the end of the last of them. */
let openRequests = 0;
let isRemoteKnown = false;
let lastEnded = 0;

/** Request that the running code belongs to; undefined outside any, and 60 s after its end. */
export function currentRequest(): TracedRequest | undefined {
  const request = storage.getStore();
  if (request === undefined || request.ended === 0 || now() - request.ended < MAX_CONTEXT_AGE_MS)
    return request;
  return undefined;
}

/**
 * Whether a request is being recorded or has been in the last 60 s: running code may then be in its
 * async context, even code that serves another request.
 */
export function isRecording(): boolean {
  return openRequests > 0 || (watchedCount > 0 && now() - lastEnded < MAX_CONTEXT_AGE_MS);
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
  if (storage.getStore() === request) return Reflect.apply(fn, self, args);
  // `run` also for undefined: a callback passed outside any request may be called from within one.
  if (contextSwitch.enter === undefined)
    return storage.run(request as TracedRequest, Reflect.apply, fn, self, args);
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
    return storage.run(request as TracedRequest, Reflect.apply, fn, self, args);
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
  return storage.getStore();
}

/** Request whose handler has just thrown: by the time that the error is uncaught it has been left. */
let unwound: TracedRequest | undefined;

function noteUnwound(request: TracedRequest): void {
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
  storage.enterWith(request as TracedRequest);
}

/**
 * Sets the listener of recorded requests, and the value of X-Scooby-Secret that identifies requests
 * forwarded by the proxy.
 */
export function trackRequests(requestListener: RequestListener, proxySecret: string): void {
  listener = requestListener;
  secret = proxySecret;
}

/**
 * Patches the classes of node:http. Called when the first server is about to listen, not at the
 * start of the process: loading http takes ms.
 */
export function patchHttp(http: typeof import('node:http')): void {
  if (patched.has(http.Server.prototype)) return;
  patchServer(http.Server.prototype);
  patchStream(http.IncomingMessage.prototype);
  patchStream(http.ServerResponse.prototype);
  usualMessage = http.IncomingMessage.prototype;
  usualResponse = http.ServerResponse.prototype;
  patchHead(http.ServerResponse.prototype);
}

/**
 * Patches `emit` of a server class (http, https and http2 differ) to enter the request's context.
 */
export function patchServer(prototype: object): void {
  const server = prototype as HttpServer;
  if (patched.has(server)) return;
  patched.add(server);
  const original = server.emit as (...args: never[]) => boolean;
  const emit = function emit(this: HttpServer, type: string, message?: unknown, response?: unknown): boolean {
    if (state.recording === 'off' || !isRequest(type)) {
      if (type === 'close') attempt(noteClosed, this);
      return Reflect.apply(original, this, arguments);
    }
    let request: TracedRequest | undefined;
    try {
      if (type === 'stream') request = startStream(this, message, arguments);
      else request = startRequest(message as IncomingMessage, response);
    } catch {
      // The request is not recorded.
    }
    if (request === undefined) return Reflect.apply(original, this, arguments);
    const isUpgrade = request.response === undefined;
    let hasThrown = true;
    try {
      // Directly: a function in between would be a frame of each of the app's stacks.
      const result =
        contextSwitch.enter === undefined
          ? storage.run(request, Reflect.apply, original, this, arguments)
          : applyInRequest(request, original, this, arguments);
      hasThrown = false;
      return result as boolean;
    } finally {
      // Rethrown, the error would be reported at a line of the agent.
      if (hasThrown) attempt(noteUnwound, request);
      // An upgrade has no response object: only its handshake is recorded.
      if (isUpgrade) attempt(endRequest, request, false);
    }
  };
  server.emit = copyNameAndLength(emit, original) as typeof server.emit;
}

/**
 * Calls `serve`, whose first arguments are a message and its response, as a server does that gets a
 * request: in the context of the request, or plainly where that is not recorded.
 */
export function applyServing(serve: Function, self: unknown, args: IArguments): unknown {
  const request = state.recording === 'off' ? undefined : attempt(startRequest, args[0], args[1]);
  if (request === undefined) return Reflect.apply(serve, self, args);
  let hasThrown = true;
  try {
    const result = applyInRequest(request, serve, self, args);
    hasThrown = false;
    return result;
  } finally {
    if (hasThrown) attempt(noteUnwound, request);
  }
}

/**
 * Calls `callback` once when the server closes; an event listener for it could be counted by the app.
 */
export function onClose(server: object, callback: () => void): void {
  closeCallbacks.set(server, callback);
}

/** Starts the request of a `stream` event; undefined if a `request` event follows for it. */
function startStream(server: HttpServer, stream: unknown, args: IArguments): TracedRequest | undefined {
  if (server.listenerCount('request') > 0) return undefined;
  return startRequest(messageOf(args[2], args[4]), stream);
}

/** Message for the http2 core API, whose `stream` event has only a stream and headers. */
function messageOf(headers: IncomingMessage['headers'], rawHeaders: string[]): IncomingMessage {
  const { ':method': method, ':path': url } = headers as Record<string, string>;
  return { method, url, headers, rawHeaders } as IncomingMessage;
}

function isRequest(type: string): boolean {
  return (
    type === 'stream' ||
    type === 'request' ||
    type === 'upgrade' ||
    type === 'checkContinue' ||
    type === 'checkExpectation'
  );
}

function startRequest(message: IncomingMessage, responseOrSocket: unknown): TracedRequest | undefined {
  // An app may re-emit a request on another server of its own: it is still the same request.
  if (tagOfMessage(message) !== undefined) return undefined;
  const recordedAs = decideRequest(message, secret);
  if (recordedAs === undefined) return undefined;
  const started = requestCost.start();
  const { id, parent, withCalls, profile } = recordedAs;
  const response = isResponse(responseOrSocket) ? responseOrSocket : undefined;
  const ownId = id ?? randomUUID();
  if (profile !== undefined) attempt(listener.profileAsked, ownId, profile);
  const request = new TracedRequest({
    id: ownId,
    proxied: id !== undefined,
    parent,
    withCalls,
    message,
    response,
    // Or Object.prototype's, which the app may have polluted.
    method: undefined,
    url: undefined,
    unit: undefined,
  });
  watchedCount++;
  openRequests++;
  tagMessage(message, request);
  if (typeof message.emit === 'function') patchStream(Object.getPrototypeOf(message));
  if (response !== undefined) {
    tagMessage(response, request);
    patchStream(Object.getPrototypeOf(response));
  }
  if (response !== undefined && state.serverTiming) request.times = new CallTimes();
  attempt(listener.requestStarted, request);
  // Only a response of HTTP/1 tells when its head is written.
  if (response === undefined || !Object.hasOwn(response, '_header')) attempt(listener.answering, request);
  const own = requestCost.stop(started);
  if (request.times !== undefined) request.times.own = own;
  return request;
}

/** Whether a value is a response or a stream of the http2 core API; an upgrade has a socket. */
function isResponse(value: unknown): value is ServerResponse {
  const { writeHead, respond } = (value ?? {}) as { writeHead?: unknown; respond?: unknown };
  return typeof writeHead === 'function' || typeof respond === 'function';
}

/**
 * Makes a stream of a call emit its events in the context of `request`, after calling `onEvent`
 * with the event's name and first argument.
 */
export function watchStream(
  stream: object,
  request: TracedRequest | undefined,
  onEvent: (type: string, value: unknown) => void,
): WatchedStream {
  watchedCount++;
  const watched = new WatchedStream(request, onEvent);
  tagMessage(stream, watched);
  patchStream(Object.getPrototypeOf(stream));
  return watched;
}

/**
 * Patches `emit` of a stream class to restore the request's context: the parser emits `data`, `end`
 * and `finish` in a context of its own.
 */
function patchStream(prototype: object): void {
  if (prototype === usualMessage || prototype === usualResponse) return;
  if (patched.has(prototype) || patched.has(Object.getPrototypeOf(prototype))) return;
  patched.add(prototype);
  const stream = prototype as NodeJS.EventEmitter;
  const original = stream.emit as (...args: never[]) => boolean;
  const emit = function emit(
    this: { _events?: Record<string, unknown> },
    type: string,
    value?: unknown,
  ): boolean {
    const owner = watchedCount === 0 ? undefined : tagOfMessage(this);
    if (owner === undefined) return Reflect.apply(original, this, arguments as never);
    if (owner instanceof WatchedStream) {
      attempt(owner.onEvent, type, value);
      const { emitIn } = owner;
      if (emitIn === undefined) return applyInRequest(owner.request, original, this, arguments) as boolean;
      return emitIn(original, this, arguments) as boolean;
    }
    if (owner.ended === 0 && this === owner.response && (type === 'finish' || type === 'close')) {
      try {
        endRequest(owner, type === 'close');
      } catch {
        // Its end is not recorded.
      }
    }
    // Without a listener nothing runs in the context, and entering it costs more than the event.
    // `_events` is EventEmitter's own; where it is missing, the context is entered.
    if (type !== 'error' && this._events !== undefined && this._events[type] === undefined)
      return Reflect.apply(original, this, arguments as never);
    return applyInRequest(owner, original, this, arguments) as boolean;
  };
  stream.emit = copyNameAndLength(emit, original) as typeof stream.emit;
}

function noteClosed(server: object): void {
  const callback = closeCallbacks.get(server);
  closeCallbacks.delete(server);
  callback?.();
}

/**
 * A server that has stopped listening emits `close` after its last connection, which the proxy
 * would keep: the end of a request on it tells earlier.
 */
function noteClosing(response: ServerResponse | undefined): void {
  const { server } = (response?.socket ?? {}) as { server?: HttpServer };
  if (server?.listening === false) noteClosed(server);
}

function endRequest(request: TracedRequest, aborted: boolean): void {
  // Only those are HTTP/1 for sure: a socket of HTTP/2 is a proxy object.
  if (request.proxied) attempt(noteClosing, request.response);
  request.ended = now();
  openRequests--;
  lastEnded = request.ended;
  const started = closeCost.start();
  attempt(listener.requestEnded, request, aborted);
  closeCost.stop(started);
  // Timers and sockets keep the context longer than the request: it must not keep these in memory.
  request.message = undefined;
  request.response = undefined;
  request.routeInfo = undefined;
  request.times = undefined;
}

/** Patches `writeHead` to add lines to the heads of recorded responses. */
function patchHead(prototype: object): void {
  const response = prototype as ServerResponse;
  const original = response.writeHead as (...args: never[]) => ServerResponse;
  const writeHead = function writeHead(this: ServerResponse & { _header?: unknown }): ServerResponse {
    const result: ServerResponse = Reflect.apply(original, this, arguments as never);
    try {
      if (watchedCount > 0) addHeadLines(this, listener.answering);
    } catch {
      // The response has the app's headers only.
    }
    return result;
  };
  response.writeHead = copyNameAndLength(writeHead, original) as typeof response.writeHead;
}

/** Copies `name` and `length` of the original, which some libraries read. */
function copyNameAndLength<F extends Function>(wrapper: F, original: Function): F {
  Object.defineProperty(wrapper, 'name', { value: original.name, configurable: true });
  return Object.defineProperty(wrapper, 'length', { value: original.length, configurable: true });
}

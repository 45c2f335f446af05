/** Servers of the app's: each request of theirs is recorded from its event to the end of its response. */

import { randomUUID } from 'node:crypto';
import type { Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http';
import { attempt } from '../guard.cjs';
import { CallTimes } from '../record/call-times.cjs';
import { closeCost, requestCost } from '../record/own-cost.cjs';
import { state } from '../run-config.cjs';
import {
  applyInRequest,
  contextSwitch,
  hasRecorded,
  noteRequestEnded,
  noteRequestStarted,
  noteUnwound,
  requestStorage,
} from './context.cjs';
import { tagOfMessage } from './private-field.cjs';
import { decideRequest, type RunSecrets } from './record-decision.cjs';
import { addHeadLines } from './response-head.cjs';
import { bindMessage, copyNameAndLength, onResponseEnd, patchMessages } from './streams.cjs';
import { now, TracedRequest } from './traced-request.cjs';

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

const patched = new WeakSet<object>();
const closeCallbacks = new WeakMap<object, () => void>();
let secrets: RunSecrets = { secret: '', parentKey: '' };
let listener: RequestListener;

/**
 * Sets the listener of recorded requests, and what identifies requests of the proxy, and of other apps
 * under scooby.
 */
export function trackRequests(requestListener: RequestListener, runSecrets: RunSecrets): void {
  listener = requestListener;
  secrets = runSecrets;
  onResponseEnd(endRequest);
}

/**
 * Patches the classes of node:http. Called when the first server is about to listen, not at the
 * start of the process: loading http takes ms.
 */
export function patchHttp(http: typeof import('node:http')): void {
  if (patched.has(http.Server.prototype)) return;
  patchServer(http.Server.prototype);
  patchMessages(http);
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
          ? requestStorage.run(request, Reflect.apply, original, this, arguments)
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
  const recordedAs = decideRequest(message, secrets);
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
  noteRequestStarted();
  bindMessage(message, request);
  if (response !== undefined) bindMessage(response, request);
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
  noteRequestEnded(request.ended);
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
      if (hasRecorded()) addHeadLines(this, listener.answering);
    } catch {
      // The response has the app's headers only.
    }
    return result;
  };
  response.writeHead = copyNameAndLength(writeHead, original) as typeof response.writeHead;
}

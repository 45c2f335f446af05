/** Which request are we in: one AsyncLocalStorage, entered where a server emits a request and restored where its streams emit. */

import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import type { Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http';
import { state } from '../run-config.cjs';
import { tagMessage, tagOfMessage } from './private-field.cjs';
import { isOwnPort } from './self-requests.cjs';
import { takeParentId, takeProxiedId } from './trace-headers.cjs';
import { now, TracedRequest, WatchedStream } from './traced-request.cjs';

/** Told when a request begins and when its response has been handed over, or given up. */
export interface RequestListener {
  requestStarted(request: TracedRequest): void;
  requestEnded(request: TracedRequest, aborted: boolean): void;
}

const HEADER = 'X-Scooby';
const MARK = 'x-scooby-record';
// One that the app sets itself, as the proxy would drop it.
const OWN_STAMP = /^X-Scooby: .*\r\n/gim;
// A timer begun in a request must not file its calls under it for ever.
const AFTERMATH_MS = 60_000;

const storage = new AsyncLocalStorage<TracedRequest>();
const patched = new WeakSet<object>();
const closings = new WeakMap<object, () => void>();
let secret = '';
let listener: RequestListener;
/** Requests ever recorded; while there was none, streams take the original path at once. */
let seen = 0;
/** Requests that are being recorded now, and when the last one ended. */
let open = 0;
let lastEnded = 0;

/** Answers the request that the running code belongs to. */
export function currentRequest(): TracedRequest | undefined {
  const request = storage.getStore();
  if (request === undefined || request.ended === 0 || now() - request.ended < AFTERMATH_MS) return request;
  return undefined;
}

/** Answers whether there is a request whose context running code may be in, rightly or not. */
export function isRecording(): boolean {
  return open > 0 || (seen > 0 && now() - lastEnded < AFTERMATH_MS);
}

/** Answers what `fn` answers, run as the app wrote it but under the request that it was handed over in. */
export function applyInRequest(
  request: TracedRequest | undefined,
  fn: Function,
  self: unknown,
  args: ArrayLike<unknown>,
): unknown {
  if (storage.getStore() === request) return Reflect.apply(fn, self, args);
  // Handed over outside any request it runs outside any, whoever's turn it is that calls it.
  return storage.run(request as TracedRequest, Reflect.apply, fn, self, args);
}

/** From now on requests are recorded: `theirs` is told of each, `ours` is the value by which the proxy's are known. */
export function trackRequests(theirs: RequestListener, ours: string): void {
  listener = theirs;
  secret = ours;
}

/** Patches the classes of node:http; done before the first server listens, and not earlier since loading http takes ms. */
export function patchHttp(http: typeof import('node:http')): void {
  if (patched.has(http.Server.prototype)) return;
  patchServer(http.Server.prototype);
  patchStream(http.IncomingMessage.prototype);
  patchStream(http.ServerResponse.prototype);
  patchHead(http.ServerResponse.prototype);
}

/** Makes every server of a class enter a request's context; https and http2 servers have classes of their own. */
export function patchServer(prototype: object): void {
  const server = prototype as HttpServer;
  if (patched.has(server)) return;
  patched.add(server);
  const original = server.emit as (...args: never[]) => boolean;
  const emit = function emit(this: HttpServer, type: string, message?: unknown, response?: unknown): boolean {
    if (state.recording === 'off' || !isRequest(type)) {
      if (type === 'close') closings.get(this)?.();
      return Reflect.apply(original, this, arguments);
    }
    if (type === 'stream' && this.listenerCount('request') > 0)
      return Reflect.apply(original, this, arguments);
    const request =
      type === 'stream'
        ? begin(messageOf(arguments[2], arguments[4]), message)
        : begin(message as IncomingMessage, response);
    if (request === undefined) return Reflect.apply(original, this, arguments);
    listener.requestStarted(request);
    try {
      return storage.run(request, Reflect.apply, original, this, arguments) as boolean;
    } finally {
      // A websocket is not a request: what is asked of us here is the handshake.
      if (request.response === undefined) end(request, false);
    }
  };
  server.emit = disguised(emit, original) as typeof server.emit;
}

/** Calls `closed` when the server has closed; a listener of ours would be one that the app can count. */
export function onClose(server: object, closed: () => void): void {
  closings.set(server, closed);
}

/** Where http2's own API is used there is a stream and headers, and no message. */
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

function begin(message: IncomingMessage, second: unknown): TracedRequest | undefined {
  // A server that hands its request on to another one's emit is still serving the same request.
  if (tagOfMessage(message) !== undefined) return undefined;
  const id = takeProxiedId(message, secret);
  if (id === undefined && state.recording !== 'all' && message.headers[MARK] !== '1') return undefined;
  const response = isAnswer(second) ? second : undefined;
  const request = new TracedRequest(
    id ?? randomUUID(),
    id !== undefined,
    takeParentId(message),
    message,
    response,
  );
  seen++;
  open++;
  tagMessage(message, request);
  if (typeof message.emit === 'function') patchStream(Object.getPrototypeOf(message));
  if (response !== undefined) {
    tagMessage(response, request);
    patchStream(Object.getPrototypeOf(response));
  }
  return request;
}

/** A websocket's is no answer; http2's own API answers by the stream. */
function isAnswer(second: unknown): second is ServerResponse {
  const { writeHead, respond } = (second ?? {}) as { writeHead?: unknown; respond?: unknown };
  return typeof writeHead === 'function' || typeof respond === 'function';
}

/** From now on a stream emits under `request`, and `told` is told of each event first; answers what is known of the stream. */
export function watchStream(
  stream: object,
  request: TracedRequest | undefined,
  told: (type: string, given: unknown) => void,
): WatchedStream {
  seen++;
  const watched = new WatchedStream(request, told);
  tagMessage(stream, watched);
  patchStream(Object.getPrototypeOf(stream));
  return watched;
}

/** Restores the request while a message emits: body and finish listeners run in whatever context the parser is in. */
function patchStream(prototype: object): void {
  if (patched.has(prototype) || patched.has(Object.getPrototypeOf(prototype))) return;
  patched.add(prototype);
  const stream = prototype as NodeJS.EventEmitter;
  const original = stream.emit as (...args: never[]) => boolean;
  const emit = function emit(this: object, type: string, given?: unknown): boolean {
    const request = seen === 0 ? undefined : tagOfMessage(this);
    if (request === undefined) return Reflect.apply(original, this, arguments as never);
    if (request instanceof WatchedStream) {
      request.onEvent(type, given);
      const { emitIn } = request;
      if (emitIn === undefined) return applyInRequest(request.request, original, this, arguments) as boolean;
      return emitIn(original, this, arguments) as boolean;
    }
    if (request.ended === 0 && this === request.response && (type === 'finish' || type === 'close')) {
      end(request, type === 'close');
    }
    return applyInRequest(request, original, this, arguments) as boolean;
  };
  stream.emit = disguised(emit, original) as typeof stream.emit;
}

function end(request: TracedRequest, aborted: boolean): void {
  request.ended = now();
  open--;
  lastEnded = request.ended;
  listener.requestEnded(request, aborted);
  // The context outlives the request in timers and sockets: it must not keep the message alive.
  request.message = undefined;
  request.response = undefined;
  request.routeInfo = undefined;
}

/** Stamps a response to a request that came straight to the app; the proxy stamps its own. */
function patchHead(prototype: object): void {
  const response = prototype as ServerResponse;
  const original = response.writeHead as (...args: never[]) => ServerResponse;
  const writeHead = function writeHead(this: ServerResponse & { _header?: unknown }): ServerResponse {
    const answer: ServerResponse = Reflect.apply(original, this, arguments as never);
    const request = seen === 0 ? undefined : tagOfMessage(this);
    // Into the head as it will be sent: an app that reads its headers back must find what it set and no more.
    if (request instanceof TracedRequest && typeof this._header === 'string' && isStamped(request, this)) {
      const head = this._header.replace(OWN_STAMP, '');
      this._header = `${head.slice(0, -2)}${HEADER}: ${request.id}\r\n\r\n`;
    }
    return answer;
  };
  response.writeHead = disguised(writeHead, original) as typeof response.writeHead;
}

/** One that this process asks of itself is nobody's to look up, but for another app's that wants to know its trace. */
function isStamped({ proxied, parent }: TracedRequest, { socket }: ServerResponse): boolean {
  return !proxied && (parent !== undefined || !isOwnPort(socket?.remotePort));
}

/** Answers the function with the name and the length of the one that it stands for. */
function disguised<F extends Function>(fn: F, original: Function): F {
  Object.defineProperty(fn, 'name', { value: original.name, configurable: true });
  return lengthOf(fn, original.length);
}

/** Answers the function with another `length`, which some libraries read. */
function lengthOf<F extends Function>(fn: F, length: number): F {
  return Object.defineProperty(fn, 'length', { value: length, configurable: true });
}

/** Instrument of node:http and node:https clients, and so of axios, got and node-fetch. */

import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { redactUrl } from '../../domain/redact.cjs';
import { beginCallFrom, discardCall, endCall, type TracedCall } from '../call/call.cjs';
import { type ContextRunner, captureCallSite, contextRunner, currentCallSite } from '../call/call-site.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import { attempt } from '../guard.cjs';
import { bytesIn, plainText } from '../record/app-values.cjs';
import { handOver, injectParent, injectTraceParent, type RequestTarget } from '../request/propagation.cjs';
import { trackOwnSocket, untrackOwnSocket } from '../request/self-requests.cjs';
import { watchStream } from '../request/streams.cjs';
import { now } from '../request/traced-request.cjs';
import type { CallInfo, Instrument } from './instrument.cjs';

// Frames of axios, got and Node itself.
const LIBRARY_FRAMES = 20;
const MAX_URL = 64 * 1024;
const MAX_HOST = 300;
/** Calls of the requests that are recorded. */
const recorded = new WeakMap<ClientRequest, TracedCall>();
/** True while a library sends a call that is recorded by its own instrument (thrift over HTTP). */
let suppressed = false;

export const http: Instrument = {
  library: 'http',
  versions: '*',
  kind: 'http',
  channel: 'scooby:http',
  describe,
  files: {},
  channels: {
    'http.client.request.created': function created({ request }: { request: ClientRequest }) {
      recordRequest(request, created);
    },
    // Node versions without request.created publish only this one, possibly in a later tick.
    'http.client.request.start': function start({ request }: { request: ClientRequest }) {
      recordRequest(request, start);
    },
  },
  onListening: () => {
    const { Agent }: typeof import('node:http') = require('node:http');
    replaceMethod(Agent.prototype, 'addRequest', wrapAddRequest);
  },
};

/** Calls `fn` and returns its result; HTTP requests that it makes in this tick get no spans. */
export function withoutHttpCalls(fn: Function, self: unknown, args: ArrayLike<unknown>): unknown {
  const outer = suppressed;
  suppressed = true;
  try {
    return Reflect.apply(fn, self, args);
  } finally {
    suppressed = outer;
  }
}

function describe({ self }: TracedCall): CallInfo {
  const request = self as ClientRequest;
  const host = plainText(request.getHeader('host')) ?? plainText(request.host) ?? '…';
  const path = (plainText(request.path) ?? '/…').slice(0, MAX_URL);
  const target = /^[a-z]{1,20}:\/\//i.test(path) ? path : `${request.protocol}//${host}${path}`;
  const socket = plainText((request as { socketPath?: unknown }).socketPath);
  return { name: `${request.method} ${redactUrl(target)}`, detail: socket ? { socket } : {} };
}

function recordRequest(request: ClientRequest, cut: (...args: never[]) => unknown): void {
  if (recorded.has(request)) return;
  const site = captureCallSite(cut, LIBRARY_FRAMES);
  if (site === undefined) return;
  const call = beginCallFrom(http, suppressed ? { ...site, silent: true } : site, request, []);
  const port = Number(/:(\d{1,5})$/.exec(plainText(request.getHeader('host'))?.slice(-MAX_HOST) ?? '')?.[1]);
  recorded.set(request, call);
  const { socketPath } = request as { socketPath?: string };
  const isPeer =
    !request.headersSent &&
    injectParent(call, { host: request.host, port, path: socketPath }, (name, value) =>
      request.setHeader(name, value),
    );
  if (!isPeer && !request.headersSent && socketPath === undefined)
    injectTraceParent(
      call,
      request.host,
      (name) => request.hasHeader(name),
      (name, value) => request.setHeader(name, value),
    );
  const watched = watchStream(request, call.request, (type, value) => {
    switch (type) {
      case 'socket':
        return trackOwnSocket(value as Socket);
      case 'response':
        // Libraries follow redirects in a listener: each request gets the first one's call site.
        if (isRedirect(value as IncomingMessage)) watched.emitIn ??= contextRunner(site);
        return watchResponse(call, value as IncomingMessage, isPeer, watched.emitIn);
      case 'upgrade':
      case 'connect':
        recordResponse(call, value as IncomingMessage, isPeer);
        return endCall(call);
      case 'error':
        return endCall(call, value ?? 'error');
      case 'close':
        untrackOwnSocket(request.socket);
        return request.res === undefined ? endRequest(call, false) : undefined;
    }
  });
  watched.emitIn = contextRunner(currentCallSite(call.request));
}

function isRedirect({ statusCode = 0, headers }: IncomingMessage): boolean {
  return statusCode >= 300 && statusCode < 400 && headers.location !== undefined;
}

function watchResponse(
  call: TracedCall,
  response: IncomingMessage,
  isPeer: boolean,
  emitIn: ContextRunner | undefined,
): void {
  recordResponse(call, response, isPeer);
  let bytes = 0;
  const watched = watchStream(response, call.request, (type, value) => {
    switch (type) {
      case 'data':
        bytes += typeof value === 'string' ? Buffer.byteLength(value) : (bytesIn(value)?.length ?? 0);
        return;
      case 'end':
      case 'error':
      case 'close':
        if (call.ended === 0 && call.info?.detail) call.info.detail.bytes = bytes;
        return endRequest(call, type === 'end', type === 'error' ? value : undefined);
    }
  });
  watched.emitIn = emitIn;
}

function recordResponse(call: TracedCall, response: IncomingMessage, isPeer: boolean): void {
  const detail = call.info?.detail;
  if (detail === undefined) return;
  detail.status = response.statusCode;
  detail.ttfb = Math.round((now() - call.began) * 1000) / 1000;
  if (isPeer && response.headers['x-scooby'] !== undefined) detail.trace = response.headers['x-scooby'];
}

function endRequest(call: TracedCall, complete: boolean, error?: unknown): void {
  if (!complete && call.ended === 0 && call.info?.detail) call.info.detail.aborted = true;
  endCall(call, error);
}

/** A request that goes on in a worker makes no call of its own. */
function handToWorker(request: ClientRequest, target: RequestTarget): void {
  const call = recorded.get(request);
  if (call !== undefined && handOver(call, request, target)) discardCall(call);
}

function wrapAddRequest(original: Function): Function {
  return function addRequest(this: unknown, request: ClientRequest, target: RequestTarget) {
    attempt(recordRequest, request, addRequest);
    attempt(handToWorker, request, target);
    return Reflect.apply(original, this, arguments);
  };
}

declare module 'node:http' {
  interface ClientRequest {
    /** The response, once it has arrived. */
    res?: IncomingMessage;
  }
}

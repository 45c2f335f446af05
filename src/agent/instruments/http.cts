/** node:http and node:https clients, and so axios, got and node-fetch: told by Node's channels, finished by what the streams emit. */

import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { redactUrl } from '../../domain/redact.cjs';
import { beginCallFrom, endCall, type TracedCall } from '../call/call.cjs';
import { type ContextRunner, captureCallSite, contextRunner, currentCallSite } from '../call/call-site.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import { watchStream } from '../request/context.cjs';
import { injectParent } from '../request/propagation.cjs';
import { trackOwnSocket, untrackOwnSocket } from '../request/self-requests.cjs';
import { now } from '../request/traced-request.cjs';
import type { CallInfo, Instrument } from './instrument.cjs';

// axios, got and Node itself.
const LIBRARY_FRAMES = 20;
const known = new WeakSet<ClientRequest>();
/** What is sent carries a call of another library's, which is told by itself. */
let carrying = false;

export const http: Instrument = {
  library: 'http',
  versions: '*',
  kind: 'http',
  channel: 'scooby:http',
  describe,
  files: {},
  channels: {
    'http.client.request.created': function created({ request }: { request: ClientRequest }) {
      make(request, created);
    },
    // A Node that does not tell of their making tells of their being sent, which may be another turn.
    'http.client.request.start': function start({ request }: { request: ClientRequest }) {
      make(request, start);
    },
  },
  serving: () => {
    const { Agent }: typeof import('node:http') = require('node:http');
    replaceMethod(Agent.prototype, 'addRequest', wrapAddRequest);
  },
};

/** Answers what `fn` answers; the requests that it makes carry a call that is told by itself, and are not told. */
export function withoutHttpCalls(fn: Function, self: unknown, args: ArrayLike<unknown>): unknown {
  const before = carrying;
  carrying = true;
  try {
    return Reflect.apply(fn, self, args);
  } finally {
    carrying = before;
  }
}

function describe({ self }: TracedCall): CallInfo {
  const request = self as ClientRequest;
  const host = String(request.getHeader('host') ?? request.host);
  const target = /^[a-z]+:\/\//i.test(request.path)
    ? request.path
    : `${request.protocol}//${host}${request.path}`;
  const { socketPath } = request as { socketPath?: string };
  return { name: `${request.method} ${redactUrl(target)}`, detail: socketPath ? { socket: socketPath } : {} };
}

function make(request: ClientRequest, cut: (...args: never[]) => unknown): void {
  if (known.has(request)) return;
  const site = captureCallSite(cut, LIBRARY_FRAMES);
  if (site === undefined) return;
  known.add(request);
  const call = beginCallFrom(http, carrying ? { ...site, silent: true } : site, request, []);
  const port = Number(/:(\d+)$/.exec(String(request.getHeader('host') ?? ''))?.[1]);
  const toPeer =
    !request.headersSent &&
    injectParent(call, request.host, port, (name, value) => request.setHeader(name, value));
  const watched = watchStream(request, call.request, (type, given) => {
    switch (type) {
      case 'socket':
        return trackOwnSocket(given as Socket);
      case 'response':
        // A library that follows a redirect sends the next request from a listener: it has the line of the first.
        if (isRedirect(given as IncomingMessage)) watched.emitIn ??= contextRunner(site);
        return answered(call, given as IncomingMessage, toPeer, watched.emitIn);
      case 'upgrade':
      case 'connect':
        note(call, given as IncomingMessage, toPeer);
        return endCall(call);
      case 'error':
        return endCall(call, given ?? 'error');
      case 'close':
        untrackOwnSocket(request.socket);
        return request.res === undefined ? over(call, false) : undefined;
    }
  });
  watched.emitIn = contextRunner(currentCallSite(call.request));
}

function isRedirect({ statusCode = 0, headers }: IncomingMessage): boolean {
  return statusCode >= 300 && statusCode < 400 && headers.location !== undefined;
}

function answered(
  call: TracedCall,
  response: IncomingMessage,
  toPeer: boolean,
  emitIn: ContextRunner | undefined,
): void {
  note(call, response, toPeer);
  let bytes = 0;
  const watched = watchStream(response, call.request, (type, given) => {
    switch (type) {
      case 'data':
        bytes += typeof given === 'string' ? Buffer.byteLength(given) : (given as Buffer).length;
        return;
      case 'end':
      case 'error':
      case 'close':
        if (call.ended === 0 && call.info?.detail) call.info.detail.bytes = bytes;
        return over(call, type === 'end', type === 'error' ? given : undefined);
    }
  });
  watched.emitIn = emitIn;
}

function note(call: TracedCall, response: IncomingMessage, toPeer: boolean): void {
  const detail = call.info?.detail;
  if (detail === undefined) return;
  detail.status = response.statusCode;
  detail.ttfb = Math.round((now() - call.began) * 1000) / 1000;
  if (toPeer && response.headers['x-scooby'] !== undefined) detail.trace = response.headers['x-scooby'];
}

function over(call: TracedCall, complete: boolean, error?: unknown): void {
  if (!complete && call.ended === 0 && call.info?.detail) call.info.detail.aborted = true;
  endCall(call, error);
}

function wrapAddRequest(original: Function): Function {
  return function addRequest(this: unknown, request: ClientRequest) {
    try {
      make(request, addRequest);
    } catch {
      // A request that is not as we know them is sent untold.
    }
    return Reflect.apply(original, this, arguments);
  };
}

declare module 'node:http' {
  interface ClientRequest {
    /** What has answered, once something has. */
    res?: IncomingMessage;
  }
}

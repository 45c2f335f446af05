/** Instrument of the client of node:http2, by itself and under connect-node, http2-wrapper and firebase-admin. */

import type { ClientHttp2Session, ClientHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { types } from 'node:util';
import { redactUrl } from '../../domain/redact.cjs';
import { beginCallFrom, endCall, runCall, type TracedCall } from '../call/call.cjs';
import { type CallSite, captureCallSite, contextRunner, currentCallSite } from '../call/call-site.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import { attempt } from '../guard.cjs';
import { bytesIn, isList, listOf, ownData, plainText } from '../record/app-values.cjs';
import { injectParent, injectTraceParent } from '../request/propagation.cjs';
import { trackOwnSocket, untrackOwnSocket } from '../request/self-requests.cjs';
import { watchStream } from '../request/streams.cjs';
import { now } from '../request/traced-request.cjs';
import { state } from '../run-config.cjs';
import type { CallArguments, CallInfo, Instrument } from './instrument.cjs';

type Headers = object | undefined;
type BuiltinProcess = { moduleLoadList?: string[] };

const LIBRARY_FRAMES = 20;
const MAX_URL = 64 * 1024;
/** Names and values. */
const MAX_HEADERS = 400;
const LOOK_AGAIN_MS = 1000;
// Bound at load, before fake timers of the app.
const { setTimeout } = globalThis;
/** True while a session makes the stream of a request that is known. */
let isRequesting = false;

export const http2: Instrument = {
  library: 'http2',
  versions: '*',
  kind: 'http',
  channel: 'scooby:http2',
  describe,
  files: {},
  channels: {
    // An app that loads the module after its first server listens; Node 20 has no such channel.
    'http2.client.stream.created': function created({ stream, headers }: CreatedMessage) {
      const session = stream.session as ClientHttp2Session;
      patchSession(Object.getPrototypeOf(session));
      if (isRequesting || isOfInstrument(session, headers)) return;
      const site = captureCallSite(created, LIBRARY_FRAMES);
      if (site !== undefined)
        watch(beginCallFrom(http2, site, session, [headers]), site, session, stream, false);
    },
  },
  onListening: patchWhenLoaded,
};

interface CreatedMessage {
  stream: ClientHttp2Stream;
  headers: object;
}

/** Loading the module takes 20 ms and more, so that an app which does not use it must not pay for it. */
function patchWhenLoaded(): void {
  const { moduleLoadList = [] } = process as BuiltinProcess;
  // An error in a timer would end the app.
  if (!moduleLoadList.includes('NativeModule http2'))
    return void setTimeout(attempt, LOOK_AGAIN_MS, patchWhenLoaded).unref();
  const { connect }: typeof import('node:http2') = require('node:http2');
  // The class is not exported: it is reached by way of a session that leads nowhere.
  const nowhere = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() });
  const session = connect('http://localhost', { createConnection: () => nowhere });
  session.on('error', () => {});
  session.destroy();
  patchSession(Object.getPrototypeOf(session));
}

function patchSession(prototype: object): void {
  replaceMethod(prototype, 'request', wrapRequest);
}

function describe({ self, args }: CallArguments): CallInfo {
  const headers = args[0] as Headers;
  const method = headerOf(headers, ':method') ?? 'GET';
  const path = (headerOf(headers, ':path') ?? (method === 'CONNECT' ? '' : '/')).slice(0, MAX_URL);
  const scheme =
    headerOf(headers, ':scheme') ?? plainText(internal(self, 'protocol'))?.slice(0, -1) ?? 'http';
  return { name: `${method} ${redactUrl(`${scheme}://${authorityOf(self, headers)}${path}`)}`, detail: {} };
}

function authorityOf(session: unknown, headers: Headers): string {
  const given = headerOf(headers, ':authority') ?? headerOf(headers, 'host');
  return given ?? plainText(internal(session, 'authority')) ?? '…';
}

/** Value of a header that the app has passed, in an object or, since Node 24, in a list. */
function headerOf(headers: Headers, name: string): string | undefined {
  if (!isList(headers)) return plainText(ownData(headers, name));
  const items = listOf(headers, MAX_HEADERS);
  for (let i = 0; i < items.length; i += 2) if (items[i] === name) return plainText(items[i + 1]);
  return undefined;
}

/** What a session keeps in a private field, which Node and undici name by symbols. */
function internal(session: unknown, field: string): unknown {
  if (typeof session !== 'object' || session === null) return undefined;
  const symbol = Object.getOwnPropertySymbols(session).find(({ description }) => description === field);
  return symbol === undefined ? undefined : ownData(session, symbol);
}

/** Whether the request belongs to a call of grpc-js or undici, which have instruments of their own. */
function isOfInstrument(session: object, headers: Headers): boolean {
  if (/\bgrpc-node-js\//.test(headerOf(headers, 'user-agent') ?? '')) return true;
  return internal(session, 'open streams') !== undefined;
}

function wrapRequest(original: Function): Function {
  return function request(this: ClientHttp2Session, ...args: unknown[]) {
    const site = attempt(siteOfRequest, this, args[0] as Headers, request);
    if (site === undefined) return requestPlainly(original, this, args);
    const call = beginCallFrom(http2, site, this, [args[0]]);
    const isPeer = attempt(injectHeaders, call, args) === true;
    const socket = internal(this, 'socket') as Socket | undefined;
    if (socket !== undefined) attempt(trackOwnSocket, socket);
    const outer = isRequesting;
    isRequesting = true;
    try {
      const stream = runCall(call, original, this, args) as ClientHttp2Stream;
      attempt(watch, call, site, this, stream, isPeer);
      return stream;
    } finally {
      isRequesting = outer;
    }
  };
}

/** The request is not recorded, nor heard of by the channel. */
function requestPlainly(original: Function, session: ClientHttp2Session, args: unknown[]): unknown {
  const outer = isRequesting;
  isRequesting = true;
  try {
    return Reflect.apply(original, session, args);
  } finally {
    isRequesting = outer;
  }
}

function siteOfRequest(
  session: ClientHttp2Session,
  headers: Headers,
  cut: (...args: never[]) => unknown,
): CallSite | undefined {
  if (state.recording === 'off' || isOfInstrument(session, headers)) return undefined;
  return captureCallSite(cut, LIBRARY_FRAMES);
}

/** Adds headers to a copy of the app's, and returns whether the other end is an app under scooby. */
function injectHeaders(call: TracedCall, args: unknown[]): boolean {
  const headers = (args[0] ?? {}) as Record<string, string>;
  if (typeof headers !== 'object' || isList(headers) || types.isProxy(headers)) return false;
  const { hostname: host, port } = new URL(`http://${authorityOf(call.self, headers)}`);
  const add = (name: string, value: string) => {
    args[0] = { ...(args[0] as object | undefined), [name.toLowerCase()]: value };
  };
  if (injectParent(call, { host, port: Number(port) }, add)) return true;
  injectTraceParent(call, host, (name) => Object.hasOwn(headers, name), add);
  return false;
}

function watch(
  call: TracedCall,
  site: CallSite,
  session: ClientHttp2Session,
  stream: ClientHttp2Stream,
  isPeer: boolean,
): void {
  let bytes = 0;
  const end = (isComplete: boolean, error?: unknown) => {
    const detail = call.info?.detail;
    if (call.ended === 0 && detail !== undefined) {
      if (detail.status !== undefined) detail.bytes = bytes;
      if (!isComplete) detail.aborted = true;
    }
    endCall(call, error);
  };
  const watched = watchStream(stream, call.request, (type, value) => {
    switch (type) {
      case 'response':
        return recordResponse(call, value as Record<string, unknown>, isPeer);
      case 'data':
        bytes += typeof value === 'string' ? Buffer.byteLength(value) : (bytesIn(value)?.length ?? 0);
        return;
      case 'end':
        // A stream that the app closes ends, too.
        return end(!stream.rstCode);
      case 'error':
        return end(true, value ?? 'error');
      case 'close':
        untrackOwnSocket(internal(session, 'socket') as Socket | undefined);
        return end(call.info?.detail?.status !== undefined && stream.rstCode === 0);
    }
  });
  watched.emitIn = contextRunner(currentCallSite(site.request));
}

function recordResponse(call: TracedCall, headers: Record<string, unknown>, isPeer: boolean): void {
  const detail = call.info?.detail;
  if (detail === undefined) return;
  detail.status = headers[':status'];
  detail.ttfb = Math.round((now() - call.began) * 1000) / 1000;
  if (isPeer && headers['x-scooby'] !== undefined) detail.trace = headers['x-scooby'];
}

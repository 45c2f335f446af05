/** fetch and undici: told by undici's channels, which Node's own copy and those from npm share. */

import type { Socket } from 'node:net';
import { redactUrl } from '../../domain/redact.cjs';
import { beginCallFrom, endCall, type TracedCall } from '../call/call.cjs';
import { type CallSite, callSiteOfObject, captureCallSite, rememberCallSite } from '../call/call-site.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import { applyInRequest } from '../request/context.cjs';
import { injectParent } from '../request/propagation.cjs';
import { trackOwnSocket, untrackOwnSocket } from '../request/self-requests.cjs';
import { now } from '../request/traced-request.cjs';
import type { CallInfo, Instrument } from './instrument.cjs';

interface Request {
  method: string;
  origin: string | URL;
  path: string;
  addHeader(name: string, value: string): unknown;
}
interface Answer {
  statusCode: number;
  headers: (Buffer | string)[];
}

// fetch of npm's copy, down to its dispatcher.
const LIBRARY_FRAMES = 20;
const MOST_REDIRECTS = 100;
const calls = new WeakMap<object, TracedCall>();
const toPeers = new WeakSet<object>();
const sockets = new WeakMap<object, Socket>();
/** Call sites of fetch by the URL that an answer has sent it on to: all that its next request has in common with it. */
const redirects = new Map<string, CallSite>();
// Whoever wraps it afterwards calls this one.
const nativeFetch = globalThis.fetch;
let dispatching: CallSite | undefined;

export const undici: Instrument = {
  library: 'undici',
  versions: '>=5',
  kind: 'http',
  channel: 'scooby:undici',
  describe,
  files: {
    'undici/lib/dispatcher-base.js': patchDispatcher,
    'undici/lib/dispatcher/dispatcher-base.js': patchDispatcher,
  },
  channels: {
    'undici:request:create': function create({ request }: { request: Request }) {
      const site = dispatching ?? fetchCallSite(request, create);
      if (site !== undefined) make(request, site);
    },
    'undici:client:sendHeaders': ({ request, socket }: { request: Request; socket: Socket }) => {
      if (!calls.has(request)) return;
      sockets.set(request, socket);
      trackOwnSocket(socket);
    },
    'undici:request:headers': ({ request, response }: { request: Request; response: Answer }) => {
      const call = calls.get(request);
      if (call !== undefined) answered(call, request, response);
    },
    'undici:request:trailers': ({ request }: { request: Request }) => over(request),
    'undici:request:error': ({ request, error }: { request: Request; error: unknown }) =>
      over(request, error ?? 'error'),
  },
};

function describe({ self }: TracedCall): CallInfo {
  const { method, origin, path } = self as Request;
  return { name: `${method} ${redactUrl(`${origin}${path}`)}`, detail: {} };
}

/** fetch has a dozen frames of its own, which are cut off where it is Node's; what it does later has none of the user's. */
function fetchCallSite(request: Request, create: (...args: never[]) => unknown): CallSite | undefined {
  const site = captureCallSite(nativeFetch, LIBRARY_FRAMES);
  if (site === undefined || site.stack !== 0) return site;
  const url = `${request.origin}${request.path}`;
  const from = redirects.get(url);
  if (from === undefined || from.request !== site.request) return captureCallSite(create, LIBRARY_FRAMES);
  redirects.delete(url);
  return { ...from, began: site.began };
}

function make(request: Request, site: CallSite): void {
  const call = beginCallFrom(undici, site, request, []);
  calls.set(request, call);
  if (site === dispatching) {
    call.wait = call.began - site.began;
    call.began = site.began;
  }
  patchRequest(Object.getPrototypeOf(request));
  const { hostname, port } = new URL(request.origin);
  if (injectParent(call, hostname, Number(port), (name, value) => request.addHeader(name, value)))
    toPeers.add(request);
}

function answered(call: TracedCall, request: Request, { statusCode, headers }: Answer): void {
  const detail = call.info?.detail;
  if (detail === undefined) return;
  detail.status = statusCode;
  detail.ttfb = Math.round((now() - call.began) * 1000) / 1000;
  if (toPeers.has(request)) detail.trace = headerOf(headers, 'x-scooby');
  const location = statusCode >= 300 && statusCode < 400 ? headerOf(headers, 'location') : undefined;
  if (location === undefined || redirects.size >= MOST_REDIRECTS) return;
  const { href, hash } = new URL(location, `${request.origin}${request.path}`);
  const { request: of, stack } = call;
  redirects.set(href.slice(0, href.length - hash.length), { request: of, stack, began: 0 });
}

function headerOf(headers: Answer['headers'], name: string): string | undefined {
  for (let i = 0; i + 1 < headers.length; i += 2) {
    if (String(headers[i]).toLowerCase() === name) return String(headers[i + 1]);
  }
  return undefined;
}

function over(request: Request, error?: unknown): void {
  const call = calls.get(request);
  if (call === undefined) return;
  untrackOwnSocket(sockets.get(request));
  if ((error as Error | undefined)?.name === 'AbortError' && call.info?.detail)
    call.info.detail.aborted = true;
  endCall(call, error);
}

function patchDispatcher(Dispatcher: { prototype: object }): void {
  replaceMethod(
    Dispatcher.prototype,
    'dispatch',
    (original) =>
      function dispatch(this: unknown, options: object) {
        const before = dispatching;
        // A pool that is full makes the request of these options later, in another request's turn.
        dispatching =
          callSiteOfObject(options) ?? before ?? captureCallSite(dispatch as never, LIBRARY_FRAMES);
        if (typeof options === 'object' && options !== null) rememberCallSite(options, dispatching);
        try {
          return Reflect.apply(original, this, arguments);
        } finally {
          dispatching = before;
        }
      },
  );
}

/** undici asks its request for each step of the answer, in the context of whoever opened the connection. */
function patchRequest(prototype: object): void {
  for (const method of Object.getOwnPropertyNames(prototype)) {
    if (!/^on[A-Z]/.test(method)) continue;
    replaceMethod(
      prototype,
      method,
      (original) =>
        function (this: object, given: unknown) {
          const call = calls.get(this);
          if (call === undefined) return Reflect.apply(original, this, arguments);
          if (method === 'onData' || method === 'onResponseData') count(call, given);
          return applyInRequest(call.request, original, this, arguments);
        },
    );
  }
}

function count(call: TracedCall, chunk: unknown): void {
  const detail = call.info?.detail;
  if (detail !== undefined && ArrayBuffer.isView(chunk))
    detail.bytes = ((detail.bytes as number | undefined) ?? 0) + chunk.byteLength;
}

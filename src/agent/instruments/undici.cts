/** Instrument of fetch and undici: channels shared by Node's own copy of undici and npm's. */

import type { Socket } from 'node:net';
import { redactUrl } from '../../domain/redact.cjs';
import { beginCallFrom, endCall, type TracedCall } from '../call/call.cjs';
import { type CallSite, callSiteOfObject, captureCallSite, rememberCallSite } from '../call/call-site.cjs';
import { hasApplicationFrame } from '../call/stack.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import { attempt } from '../guard.cjs';
import { bytesIn, errorField, isList, plainText } from '../record/app-values.cjs';
import { applyInRequest } from '../request/context.cjs';
import { injectParent, injectTraceParent } from '../request/propagation.cjs';
import { trackOwnSocket, untrackOwnSocket } from '../request/self-requests.cjs';
import { now } from '../request/traced-request.cjs';
import type { CallInfo, Instrument } from './instrument.cjs';

interface Request {
  method: string;
  origin: string | URL;
  path: string;
  addHeader(name: string, value: string): unknown;
  headers?: unknown;
}
interface Response {
  statusCode: number;
  headers: (Buffer | string)[];
}

// Frames of npm's undici from fetch to its dispatcher.
const LIBRARY_FRAMES = 20;
const MAX_REDIRECTS = 100;
const MAX_URL = 64 * 1024;
const calls = new WeakMap<object, TracedCall>();
const peerRequests = new WeakSet<object>();
const sockets = new WeakMap<object, Socket>();
/** Call sites by redirect target: only the URL links a redirected fetch to its first request. */
const redirects = new Map<string, CallSite>();
// Kept because an app may replace globalThis.fetch by a wrapper that calls this function.
const nativeFetch = globalThis.fetch;
/** Call site of the dispatch that runs in this tick. */
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
      if (site !== undefined) recordRequest(request, site);
    },
    'undici:client:sendHeaders': ({ request, socket }: { request: Request; socket: Socket }) => {
      if (!calls.has(request)) return;
      sockets.set(request, socket);
      trackOwnSocket(socket);
    },
    'undici:request:headers': ({ request, response }: { request: Request; response: Response }) => {
      const call = calls.get(request);
      if (call !== undefined) recordResponse(call, request, response);
    },
    'undici:request:trailers': ({ request }: { request: Request }) => endRequest(request),
    'undici:request:error': ({ request, error }: { request: Request; error: unknown }) =>
      endRequest(request, error ?? 'error'),
  },
};

function describe({ self }: TracedCall): CallInfo {
  const request = self as Request;
  return { name: `${plainText(request.method)} ${redactUrl(urlOf(request).slice(0, MAX_URL))}`, detail: {} };
}

/** URL of a request, whose origin may be a URL object of the app's. */
function urlOf({ origin, path }: Request): string {
  return `${originText(origin)}${plainText(path) ?? ''}`;
}

function originText(origin: unknown): string {
  const text = plainText(origin) ?? '';
  return typeof origin === 'string' ? text : text.replace(/\/$/, '');
}

/**
 * Call site of a request of fetch. Frames of Node's fetch (a dozen) are cut off at nativeFetch; a
 * redirect is sent in a later tick without app frames and gets the call site of the first request.
 */
function fetchCallSite(request: Request, create: (...args: never[]) => unknown): CallSite | undefined {
  const site = captureCallSite(nativeFetch, LIBRARY_FRAMES);
  if (site === undefined || site.stack !== 0) return site;
  const url = urlOf(request);
  const firstSite = redirects.get(url);
  if (firstSite === undefined || firstSite.request !== site.request)
    return captureCallSite(create, LIBRARY_FRAMES);
  redirects.delete(url);
  return { ...firstSite, began: site.began };
}

function recordRequest(request: Request, site: CallSite): void {
  const call = beginCallFrom(undici, site, request, []);
  calls.set(request, call);
  if (site === dispatching) {
    call.wait = call.began - site.began;
    call.began = site.began;
  }
  patchRequest(Object.getPrototypeOf(request));
  const { hostname, port } = new URL(originText(request.origin));
  const target = { host: hostname, port: Number(port) };
  const addHeader = (name: string, value: string) => request.addHeader(name, value);
  if (injectParent(call, target, addHeader)) peerRequests.add(request);
  else injectTraceParent(call, hostname, (name) => hasHeader(request, name), addHeader);
}

/** Whether the app has set a header; undici keeps them in a list, or, before 6, in one text. */
function hasHeader({ headers }: Request, name: string): boolean {
  if (typeof headers === 'string') return headers.toLowerCase().includes(`${name}:`);
  return (
    isList(headers) &&
    headers.some((each: unknown, i: number) => i % 2 === 0 && String(each).toLowerCase() === name)
  );
}

function recordResponse(call: TracedCall, request: Request, { statusCode, headers }: Response): void {
  const detail = call.info?.detail;
  if (detail === undefined) return;
  detail.status = statusCode;
  detail.ttfb = Math.round((now() - call.began) * 1000) / 1000;
  if (peerRequests.has(request)) detail.trace = headerOf(headers, 'x-scooby');
  const location = statusCode >= 300 && statusCode < 400 ? headerOf(headers, 'location') : undefined;
  if (location === undefined) return;
  // Those that nothing followed are the oldest.
  if (redirects.size >= MAX_REDIRECTS) redirects.delete(redirects.keys().next().value!);
  const { href, hash } = new URL(location, urlOf(request));
  const { request: tracedRequest, stack } = call;
  redirects.set(href.slice(0, href.length - hash.length), { request: tracedRequest, stack, began: 0 });
}

function headerOf(headers: Response['headers'], name: string): string | undefined {
  for (let i = 0; i + 1 < headers.length; i += 2) {
    if (String(headers[i]).toLowerCase() === name) return String(headers[i + 1]);
  }
  return undefined;
}

function endRequest(request: Request, error?: unknown): void {
  const call = calls.get(request);
  if (call === undefined) return;
  untrackOwnSocket(sockets.get(request));
  if (errorField(error, 'name') === 'AbortError' && call.info?.detail) call.info.detail.aborted = true;
  endCall(call, error);
}

function patchDispatcher(Dispatcher: { prototype: object }): void {
  replaceMethod(
    Dispatcher.prototype,
    'dispatch',
    (original) =>
      function dispatch(this: unknown, options: object, handler: unknown) {
        const outer = dispatching;
        // A full pool dispatches the same options again later, in another request's async context.
        dispatching = callSiteOfObject(options) ?? outer ?? hopCallSite(options, handler, dispatch as never);
        for (const object of [options, handler])
          if (typeof object === 'object' && object !== null) attempt(rememberCallSite, object, dispatching);
        try {
          return Reflect.apply(original, this, arguments);
        } finally {
          dispatching = outer;
        }
      },
  );
}

/**
 * Call site of a dispatch. Interceptors (redirect, retry) dispatch their handler again in a later
 * tick, and a fetch its next URL: without an app frame it is that of the first dispatch.
 */
function hopCallSite(
  options: Partial<Request>,
  handler: unknown,
  dispatch: (...args: never[]) => unknown,
): CallSite | undefined {
  const site = captureCallSite(dispatch, LIBRARY_FRAMES);
  if (site === undefined || hasApplicationFrame(site.stack)) return site;
  const url = `${options?.origin}${options?.path}`;
  const isHandler = typeof handler === 'object' && handler !== null;
  const first = (isHandler ? callSiteOfObject(handler) : undefined) ?? redirects.get(url);
  if (first === undefined || first.request !== site.request) return site;
  redirects.delete(url);
  return { ...first, began: site.began };
}

/**
 * Makes the handlers of a response run in the request that made the call: undici calls them in the
 * async context of the request that opened the connection.
 */
function patchRequest(prototype: object): void {
  for (const method of Object.getOwnPropertyNames(prototype)) {
    if (!/^on[A-Z]/.test(method)) continue;
    replaceMethod(
      prototype,
      method,
      (original) =>
        function (this: object, value: unknown) {
          const call = calls.get(this);
          if (call === undefined) return Reflect.apply(original, this, arguments);
          if (method === 'onData' || method === 'onResponseData') attempt(countBytes, call, value);
          return applyInRequest(call.request, original, this, arguments);
        },
    );
  }
}

function countBytes(call: TracedCall, chunk: unknown): void {
  const detail = call.info?.detail;
  const bytes = detail && bytesIn(chunk)?.length;
  if (bytes !== undefined) detail!.bytes = ((detail!.bytes as number | undefined) ?? 0) + bytes;
}

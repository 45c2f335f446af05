/**
 * Trace propagation: the headers of calls to other apps under scooby on this machine, and of what a
 * dev server hands to its worker.
 */

import type { ClientRequest } from 'node:http';
import type { PeerAddresses } from '../../domain/link.js';
import { traceParentBelow } from '../../domain/trace-parent.cjs';
import type { TracedCall } from '../call/call.cjs';
import { HANDED_HEADER, handedHeaderValue, PARENT_HEADER, parentHeaderValue } from './trace-headers.cjs';

const TRACE_PARENT = 'traceparent';
const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[?::1\]?)$/i;

interface Peers {
  ports: Set<number>;
  paths: Set<string>;
}

const NONE: Peers = { ports: new Set(), paths: new Set() };
let peers = NONE;
/** Servers of the threads and child processes of this process. */
let workers = NONE;
let secret = '';
let parentKey = '';
let tracesServices = false;

/**
 * Sets the run's secret, which proves to its processes what is handed over, the key that proves to its apps, and to
 * those of other runs of its database, who calls them, and whether services on this machine that are instrumented by
 * OpenTelemetry get a `traceparent`.
 */
export function setPropagation(run: { secret: string; parentKey: string }, isForServices: boolean): void {
  secret = run.secret;
  parentKey = run.parentKey;
  tracesServices = isForServices;
}

/** Sets the addresses on this machine at which apps under scooby listen. */
export function setPeers(addresses: PeerAddresses & { workers?: PeerAddresses }): void {
  peers = peersOf(addresses);
  workers = addresses.workers === undefined ? NONE : peersOf(addresses.workers);
}

function peersOf({ ports, paths = [] }: PeerAddresses): Peers {
  return { ports: new Set(ports), paths: new Set(paths) };
}

/**
 * Adds the id of the call's request as a header, by `addHeader`, if `host` and `port`, or the unix
 * socket, are another app's under scooby: no other server receives it. Returns whether it was added.
 */
export function injectParent(
  call: TracedCall,
  { host, port, path }: { host?: string; port?: number; path?: string | undefined },
  addHeader: (name: string, value: string) => unknown,
): boolean {
  if (call.request === undefined) return false;
  if (path !== undefined ? !peers.paths.has(path) : !isLocalPeer(host, port)) return false;
  addHeader(PARENT_HEADER, parentHeaderValue(call.request.id, parentKey));
  return true;
}

/**
 * Adds a `traceparent` by `addHeader` to a call of a service on this machine, where the run takes its
 * spans and the app has set none.
 */
export function injectTraceParent(
  { request }: TracedCall,
  host: string | undefined,
  hasHeader: (name: string) => boolean,
  addHeader: (name: string, value: string) => unknown,
): void {
  if (!tracesServices || request === undefined || !LOOPBACK.test(host ?? '')) return;
  if (hasHeader(TRACE_PARENT)) return;
  const incoming = request.message?.headers[TRACE_PARENT];
  addHeader(TRACE_PARENT, traceParentBelow(request.id, typeof incoming === 'string' ? incoming : undefined));
}

function isLocalPeer(host = '', port = 0): boolean {
  return peers.ports.has(port) && LOOPBACK.test(host);
}

/** Where a request is sent to: options of `http.request`. */
export interface RequestTarget {
  port?: unknown;
  socketPath?: unknown;
}

/**
 * Hands the running request over, if the call sends it on as it is to a worker of this process, as
 * dev servers do (Nitro, Nuxt): what the worker does for it is the same request. Returns whether it
 * was handed over.
 */
export function handOver(
  call: TracedCall,
  outgoing: ClientRequest,
  { port, socketPath }: RequestTarget,
): boolean {
  const { request } = call;
  if (request === undefined || request.message === undefined || outgoing.headersSent) return false;
  const isToWorker =
    typeof socketPath === 'string' ? workers.paths.has(socketPath) : workers.ports.has(Number(port));
  if (!isToWorker || outgoing.method !== request.method || !isSameTarget(outgoing.path, request.url))
    return false;
  request.isHandedOver = true;
  outgoing.removeHeader(PARENT_HEADER);
  outgoing.setHeader(HANDED_HEADER, handedHeaderValue(request.id, secret));
  return true;
}

/** Whether one is the other, but for a mount path. */
function isSameTarget(path: string, url: string): boolean {
  return path === url || (url.length > 1 && path.endsWith(url)) || (path.length > 1 && url.endsWith(path));
}

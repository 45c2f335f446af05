/**
 * Reverse proxy in front of the app: adds X-Scooby to every response and reports each request to
 * the observer.
 */

import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createDispatcher } from './dispatcher.js';
import { sendPage } from './error-pages.js';
import { forward } from './forward.js';
import type { ForwardOptions } from './forward-options.js';
import { type ListenOptions, listen } from './listen.js';
import type { ProxyObserver } from './observer.js';
import { messageHead } from './raw-headers.js';
import { acceptTls, type TlsIdentity } from './tls-front.js';
import { isServedPlain, serveWithoutUpgrade, tunnelUpgrade } from './upgrade.js';
import type { Upstream } from './upstream.js';

/** Options of the proxy. */
export interface ProxyOptions extends ListenOptions {
  /** Value of X-Scooby-Secret, by which the agent recognizes the proxy's requests. */
  secret: string;
  /** ms that a request waits for the app to listen. */
  wait: number;
  /**
   * ms within which the app has to send response headers; 0 (default) is no limit: apps stop at
   * breakpoints.
   */
  timeout?: number;
  upstream: Upstream;
  observer: ProxyObserver;
  isTraceParent?: ForwardOptions['isTraceParent'];
  onOriginRefused?: ForwardOptions['onOriginRefused'];
  onExhausted?: ForwardOptions['onExhausted'];
  badge?: ForwardOptions['badge'];
  /** Certificate with which the proxy speaks TLS as well, where the app does. */
  identity?: TlsIdentity;
  /**
   * Responds to a request in the proxy itself and returns true; such a request is not forwarded or
   * observed.
   */
  intercept?: (req: IncomingMessage, res: ServerResponse) => boolean;
}

/** A running proxy. */
export interface RunningProxy {
  port: number;
  /** URL to open in a browser: `http://localhost:4000`. */
  url: string;
  /** URLs of all addresses that it listens at. */
  urls: string[];
  /** Closes every connection and frees the port. */
  close(): Promise<void>;
}

/** Starts the proxy; resolves once it listens. Throws a UserError when its port cannot be bound. */
export async function startProxy(options: ProxyOptions): Promise<RunningProxy> {
  const {
    upstream,
    observer,
    secret,
    wait,
    timeout = 0,
    intercept,
    isTraceParent,
    onOriginRefused,
    onExhausted,
    badge,
  } = options;
  const forwardOptions: ForwardOptions = {
    ...{ upstream, observer, secret, wait, timeout, isTraceParent, onOriginRefused, onExhausted, badge },
  };
  const tunnels = new Set<Duplex>();
  /** All connections: Node closes only those that it parses, and waits for the others. */
  const sockets = new Set<Socket>();
  const dispatcher = createDispatcher(
    (req, res) => forward(forwardOptions, req, res),
    (req, socket, _, head) => tunnelUpgrade(forwardOptions, req, socket, head, tunnels),
  );
  const serve = (req: IncomingMessage, res: ServerResponse) => {
    if (!isIntercepted(intercept, req, res)) dispatcher.web(req, res);
  };
  const { port, hosts, servers } = await listen(() => {
    const server = createHttpServer(serve, dispatcher.ws.bind(dispatcher));
    if (options.identity !== undefined) acceptTls(server, options.identity);
    server.on('connection', (socket) => {
      // One whose upgrade is not taken is served as a new one.
      if (sockets.has(socket)) return;
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
    });
    return server;
  }, options);
  // Where not even the descriptor is left by which libuv refuses a connection, accepting one fails.
  for (const server of servers)
    server.on('error', ({ code = '' }: NodeJS.ErrnoException) => onExhausted?.(code));
  const urls = hosts.map((host) => `http://${host.includes(':') ? `[${host}]` : host}:${port}`);
  const isLocal = /^(?:127\.0\.0\.1|0\.0\.0\.0|::)$/.test(hosts[0]!);
  return {
    port,
    url: isLocal ? `http://localhost:${port}` : urls[0]!,
    urls,
    async close() {
      const closed = servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve())));
      for (const server of servers) server.closeAllConnections();
      for (const socket of [...tunnels, ...sockets]) socket.destroy();
      upstream.set(undefined);
      await Promise.all(closed);
    },
  };
}

// Limits are the app's decision: where Node's server has a limit, the proxy's is wider.
function createHttpServer(
  serve: (req: IncomingMessage, res: ServerResponse) => void,
  upgrade: (req: IncomingMessage, socket: Duplex, head: Buffer) => void,
): Server {
  const server = createServer({
    insecureHTTPParser: false,
    requireHostHeader: false,
    maxHeaderSize: 1 << 20,
    requestTimeout: 0,
    headersTimeout: 60_000,
    keepAliveTimeout: 120_000,
    // Newer Node versions call this; on older versions the 'upgrade' listener below re-serves them.
    shouldUpgradeCallback: (req: IncomingMessage) => !isServedPlain(req),
  } as object);
  server.maxHeadersCount = 0;
  // A client that has closed its side after the request may wait for the response.
  (server as Server & { httpAllowHalfOpen: boolean }).httpAllowHalfOpen = true;
  server.on('request', serve);
  server.on('checkContinue', serve);
  server.on('checkExpectation', serve);
  server.on('connect', refuseConnect);
  server.on('upgrade', (req, socket, head) => {
    if (isServedPlain(req)) serveWithoutUpgrade(server, req, socket, head);
    else upgrade(req, socket, head);
  });
  return server;
}

function isIntercepted(
  intercept: ProxyOptions['intercept'],
  req: IncomingMessage,
  res: ServerResponse,
): boolean {
  try {
    return intercept?.(req, res) ?? false;
  } catch (error) {
    if (res.headersSent) res.destroy();
    else sendPage(res, { status: 500, text: `scooby: ${(error as Error).message}` });
    return true;
  }
}

function refuseConnect(_: IncomingMessage, socket: Duplex): void {
  const text = 'scooby: this is a reverse proxy; it does not CONNECT to other hosts.\n';
  const headers = [
    ['Allow', 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS'],
    ['Content-Type', 'text/plain; charset=utf-8'],
    ['Content-Length', String(text.length)],
    ['Connection', 'close'],
    ['X-Scooby', randomUUID()],
  ].flat();
  socket.on('error', () => socket.destroy());
  socket.end(messageHead('HTTP/1.1 405 Method Not Allowed', headers) + text);
}

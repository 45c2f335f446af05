/** The reverse proxy in front of the app: every response carries X-Scooby, and each request is told to the watcher. */

import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { createDispatcher } from './dispatcher.js';
import { sendPage } from './error-pages.js';
import { type ForwardOptions, forward } from './forward.js';
import { type ListenOptions, listen } from './listen.js';
import type { ProxyObserver } from './observer.js';
import { messageHead } from './raw-headers.js';
import { isServedPlain, serveWithoutUpgrade, tunnelUpgrade } from './upgrade.js';
import type { Upstream } from './upstream.js';

/** How to run the proxy. */
export interface ProxyOptions extends ListenOptions {
  /** Value of X-Scooby-Secret, by which the agent knows our requests. */
  secret: string;
  /** ms that a request waits for the app to listen. */
  wait: number;
  /** ms that the app has for its headers; 0, the default, is forever: apps sit at breakpoints. */
  timeout?: number;
  upstream: Upstream;
  watcher: ProxyObserver;
  /** Answers true where it has answered the request itself; such a request is neither forwarded nor watched. */
  answer?: (req: IncomingMessage, res: ServerResponse) => boolean;
}

/** A running proxy. */
export interface RunningProxy {
  port: number;
  /** What to open in a browser: `http://localhost:4000`. */
  url: string;
  /** Every address it listens at. */
  urls: string[];
  /** Ends every connection and frees the port. */
  close(): Promise<void>;
}

/** Answers the proxy once it listens; throws a UserError where it cannot. */
export async function startProxy(options: ProxyOptions): Promise<RunningProxy> {
  const { upstream, watcher, secret, wait, timeout = 0, answer } = options;
  const route: ForwardOptions = { upstream, watcher, secret, wait, timeout };
  const tunnels = new Set<Duplex>();
  const dispatcher = createDispatcher(
    (req, res) => forward(route, req, res),
    (req, socket, _, rest) => tunnelUpgrade(route, req, socket, rest, tunnels),
  );
  const serve = (req: IncomingMessage, res: ServerResponse) => {
    if (!answered(answer, req, res)) dispatcher.web(req, res);
  };
  const { port, hosts, servers } = await listen(
    () => createFront(serve, dispatcher.ws.bind(dispatcher)),
    options,
  );
  const urls = hosts.map((host) => `http://${host.includes(':') ? `[${host}]` : host}:${port}`);
  const anywhere = /^(?:127\.0\.0\.1|0\.0\.0\.0|::)$/.test(hosts[0]!);
  return {
    port,
    url: anywhere ? `http://localhost:${port}` : urls[0]!,
    urls,
    async close() {
      const closed = servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve())));
      for (const server of servers) server.closeAllConnections();
      for (const socket of tunnels) socket.destroy();
      upstream.set(undefined);
      await Promise.all(closed);
    },
  };
}

// Limits are the app's to set: where Node has one, the proxy's is wider.
function createFront(
  serve: (req: IncomingMessage, res: ServerResponse) => void,
  upgrade: (req: IncomingMessage, socket: Duplex, rest: Buffer) => void,
): Server {
  const server = createServer({
    insecureHTTPParser: false,
    requireHostHeader: false,
    maxHeaderSize: 1 << 20,
    requestTimeout: 0,
    headersTimeout: 60_000,
    keepAliveTimeout: 120_000,
    // Newer versions ask; on others the same requests are handed back below.
    shouldUpgradeCallback: (req: IncomingMessage) => !isServedPlain(req),
  } as object);
  server.maxHeadersCount = 0;
  server.on('request', serve);
  server.on('checkContinue', serve);
  server.on('checkExpectation', serve);
  server.on('connect', refuseConnect);
  server.on('upgrade', (req, socket, rest) => {
    if (isServedPlain(req)) serveWithoutUpgrade(server, req, socket, rest);
    else upgrade(req, socket, rest);
  });
  return server;
}

function answered(answer: ProxyOptions['answer'], req: IncomingMessage, res: ServerResponse): boolean {
  try {
    return answer?.(req, res) ?? false;
  } catch (error) {
    if (res.headersSent) res.destroy();
    else sendPage(res, { status: 500, text: `scooby: ${(error as Error).message}` });
    return true;
  }
}

function refuseConnect(_: IncomingMessage, socket: Duplex): void {
  const text = 'scooby: this is a reverse proxy; it does not CONNECT to other hosts.\n';
  const headers = [
    ...['Allow', 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS'],
    ...['Content-Type', 'text/plain; charset=utf-8', 'Content-Length', String(text.length)],
    ...['Connection', 'close', 'X-Scooby', randomUUID()],
  ];
  socket.on('error', () => socket.destroy());
  socket.end(messageHead('HTTP/1.1 405 Method Not Allowed', headers) + text);
}

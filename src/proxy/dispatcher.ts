/**
 * Dispatcher of http-proxy, the only import of that package; its passes are replaced with our own.
 */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import httpProxy from 'http-proxy';

/** Handler of ordinary requests. */
export type WebHandler = (req: IncomingMessage, res: ServerResponse) => void;
/** Handler of requests to switch protocols. */
export type UpgradeHandler = (req: IncomingMessage, socket: Duplex, options: unknown, head: Buffer) => void;

/** http-proxy's server, without per-request options. */
export interface Dispatcher {
  web(req: IncomingMessage, res: ServerResponse): void;
  ws(req: IncomingMessage, socket: Duplex, head: Buffer): void;
}

/**
 * Dispatcher that calls the passed handlers. http-proxy's own passes rewrite URLs and headers,
 * smuggle chunked bodies, and miss aborts on both sides. The target is a constant and there are no
 * per-request options, because http-proxy passes those to util._extend and url.parse, which warn
 * from Node 22 on (DEP0060, DEP0169); the real target of a request comes from Upstream.
 */
export function createDispatcher(web: WebHandler, ws: UpgradeHandler): Dispatcher {
  const server = httpProxy.createProxyServer({ target: { host: 'upstream' } });
  return Object.assign(server, { webPasses: [web], wsPasses: [ws] }) as unknown as Dispatcher;
}

/** The one file that imports http-proxy: its dispatch is used, its passes are ours. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import httpProxy from 'http-proxy';

/** What carries an ordinary request. */
export type WebHandler = (req: IncomingMessage, res: ServerResponse) => void;
/** What carries a request to switch protocols. */
export type UpgradeHandler = (req: IncomingMessage, socket: Duplex, options: unknown, head: Buffer) => void;

/** http-proxy's server as it is used here: without per-request options. */
export interface Dispatcher {
  web(req: IncomingMessage, res: ServerResponse): void;
  ws(req: IncomingMessage, socket: Duplex, head: Buffer): void;
}

/**
 * Answers a dispatcher whose passes are the given ones. http-proxy's own rewrite URLs and headers, smuggle chunked
 * bodies, and miss aborts on both sides. Its target is fixed and per-request options are never given, because those
 * are what it hands to util._extend and url.parse, which warn (DEP0060, DEP0169) from Node 22 on; where a request
 * really goes is the upstream's to say.
 */
export function createDispatcher(web: WebHandler, ws: UpgradeHandler): Dispatcher {
  const server = httpProxy.createProxyServer({ target: { host: 'upstream' } });
  return Object.assign(server, { webPasses: [web], wsPasses: [ws] }) as unknown as Dispatcher;
}

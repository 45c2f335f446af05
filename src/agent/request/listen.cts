/** The servers of the app: finds out where they listen, and moves one off the port that the proxy is to have. */

import { subscribe } from 'node:diagnostics_channel';
import type { Server } from 'node:net';
import type { ServerAddress } from '../../domain/link.js';
import { onClose, patchHttp, patchServer } from './context.cjs';

interface Listening {
  server: Server;
  options?: { port?: unknown; host?: unknown; path?: unknown; fd?: unknown };
}

const protocols = new WeakMap<Server, ServerAddress['protocol']>();
const wanted = new WeakMap<Server, number>();
const listening = new WeakSet<Server>();

/**
 * From now on `tell` is told of every HTTP server that listens, and of each that stops. With `takePort` a server that
 * asks for that port (0: for any one) gets a free one instead, and goes on believing that it has its own.
 */
export function watchListen(
  takePort: number | undefined,
  tell: (address: ServerAddress) => void,
  untell: (address: ServerAddress) => void,
): void {
  subscribe('tracing:net.server.listen:asyncStart', (message) =>
    carefully(() => willListen(message as Listening, takePort)),
  );
  subscribe('tracing:net.server.listen:asyncEnd', (message) =>
    carefully(() => listens((message as Listening).server, tell, untell)),
  );
}

/** A subscriber that throws ends the process. */
function carefully(work: () => void): void {
  try {
    work();
  } catch {
    // A server that is not as we know them is served unrecorded.
  }
}

function willListen({ server, options }: Listening, takePort: number | undefined): void {
  const protocol = protocolOf(server);
  if (protocol === undefined) return;
  protocols.set(server, protocol);
  patchHttp(require('node:http'));
  patchServer(Object.getPrototypeOf(server));
  if (takePort === undefined || options === undefined || options.path || options.fd !== undefined) return;
  const port = Number(options.port);
  if (!(port > 0) || (takePort !== 0 && takePort !== port)) return;
  wanted.set(server, port);
  options.port = 0;
  options.host = '127.0.0.1';
}

/** http and https servers are told apart by what they can do, since loading https only to ask costs ms. */
function protocolOf(server: Server): ServerAddress['protocol'] | undefined {
  const able = server as unknown as Record<string, unknown>;
  const secure = typeof able.setSecureContext === 'function';
  if (typeof able.updateSettings === 'function') return secure ? 'h2' : 'h2c';
  if (typeof able.closeIdleConnections !== 'function') return undefined;
  return secure ? 'https' : 'http';
}

function listens(
  server: Server,
  tell: (address: ServerAddress) => void,
  untell: (address: ServerAddress) => void,
): void {
  const protocol = protocols.get(server);
  // A cluster worker announces each listen twice.
  if (protocol === undefined || listening.has(server)) return;
  const at = server.address();
  if (at === null) return;
  const address: ServerAddress =
    typeof at === 'string' ? { protocol, path: at } : { protocol, host: at.address, port: at.port };
  const port = wanted.get(server);
  if (port !== undefined) {
    address.wanted = port;
    pretend(server, port);
  }
  listening.add(server);
  tell(address);
  onClose(server, () => {
    listening.delete(server);
    untell(address);
  });
}

function pretend(server: Server, port: number): void {
  const original = server.address;
  const address = function address(this: Server) {
    const at = Reflect.apply(original, this, []);
    return at !== null && typeof at === 'object' ? { ...at, port } : at;
  };
  Object.defineProperty(server, 'address', {
    value: address,
    writable: true,
    configurable: true,
    enumerable: false,
  });
}

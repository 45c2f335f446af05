/** Detects where the app's servers listen, and moves a server off the port that the proxy takes. */

import { subscribe } from 'node:diagnostics_channel';
import type { Server } from 'node:net';
import type { ServerAddress, ServerSigns } from '../../domain/link.js';
import { attempt } from '../guard.cjs';
import { noteSecureServer } from './certificates.cjs';
import { noteOpener, signsOf } from './server-signs.cjs';
import { onClose, patchHttp, patchServer } from './serving.cjs';

interface ListenMessage {
  server: Server;
  options?: { port?: unknown; host?: unknown; path?: unknown; fd?: unknown };
}

type AddressListener = (address: ServerAddress, signs: ServerSigns) => void;

const protocols = new WeakMap<Server, ServerAddress['protocol']>();
/** Port that the app passed to `listen`, of servers that were moved to another one. */
const wantedPorts = new WeakMap<Server, number>();
/** Servers of which the app has named the port. */
const fixedPorts = new WeakSet<Server>();
const listening = new WeakSet<Server>();

/**
 * Calls `onListening` for every HTTP server that listens and `onClosed` when it has closed.
 * With `takePort`, a server that listens on that port (0: on any) gets a free port on 127.0.0.1
 * instead, and its `address()` still reports the port that the app passed.
 */
export function watchListen(
  takePort: number | undefined,
  onListening: AddressListener,
  onClosed: AddressListener,
): void {
  subscribe('tracing:net.server.listen:asyncStart', (message) =>
    // An error of a subscriber would end the process.
    attempt(beforeListen, message as ListenMessage, takePort),
  );
  subscribe('tracing:net.server.listen:asyncEnd', (message) =>
    attempt(afterListen, (message as ListenMessage).server, onListening, onClosed),
  );
}

function beforeListen({ server, options }: ListenMessage, takePort: number | undefined): void {
  const protocol = protocolOf(server);
  if (protocol === undefined) return;
  protocols.set(server, protocol);
  patchHttp(require('node:http'));
  patchServer(Object.getPrototypeOf(server));
  attempt(noteOpener, server);
  if (options === undefined || options.path || options.fd !== undefined) return;
  const port = Number(options.port);
  if (!(port > 0)) return;
  fixedPorts.add(server);
  if (takePort === undefined || (takePort !== 0 && takePort !== port)) return;
  wantedPorts.set(server, port);
  options.port = 0;
  options.host = '127.0.0.1';
}

/** Protocol of a server by its methods: `instanceof` would need https loaded, which takes ms. */
function protocolOf(server: Server): ServerAddress['protocol'] | undefined {
  const methods = server as unknown as Record<string, unknown>;
  const secure = typeof methods.setSecureContext === 'function';
  if (typeof methods.updateSettings === 'function') return secure ? 'h2' : 'h2c';
  if (typeof methods.closeIdleConnections !== 'function') return undefined;
  return secure ? 'https' : 'http';
}

function afterListen(server: Server, onListening: AddressListener, onClosed: AddressListener): void {
  const protocol = protocols.get(server);
  // A cluster worker announces each listen twice.
  if (protocol === undefined || listening.has(server)) return;
  const bound = server.address();
  if (bound === null) return;
  const address: ServerAddress =
    typeof bound === 'string'
      ? { protocol, path: bound }
      : { protocol, host: bound.address, port: bound.port };
  const port = wantedPorts.get(server);
  if (port !== undefined) {
    address.wanted = port;
    reportPort(server, port);
  }
  listening.add(server);
  if (protocol === 'https' || protocol === 'h2')
    noteSecureServer(typeof bound === 'string' ? bound : bound.port, server);
  const signs = attempt(signsOf, server, address.wanted ?? address.port) ?? {};
  if (fixedPorts.has(server)) signs.fixed = true;
  onListening(address, signs);
  onClose(server, () => {
    listening.delete(server);
    onClosed(address, signs);
  });
}

/** Makes `server.address()` return the port that the app passed to `listen`. */
function reportPort(server: Server, port: number): void {
  const original = server.address;
  const address = function address(this: Server) {
    const bound = Reflect.apply(original, this, []);
    return bound !== null && typeof bound === 'object' ? { ...bound, port } : bound;
  };
  Object.defineProperty(server, 'address', {
    value: address,
    writable: true,
    configurable: true,
    enumerable: false,
  });
}

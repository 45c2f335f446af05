/** Upstream: the address at which the app listens, and the connections to it. */

import http from 'node:http';
import https from 'node:https';
import type net from 'node:net';
import type { Duplex } from 'node:stream';
import type { ServerAddress } from '../domain/link.js';

/** An address of the app with its connection pools. */
export interface Target {
  address: ServerAddress;
  /** URL for messages: `http://127.0.0.1:3000`. */
  name: string;
  /** Options of requests to this address. */
  options: http.RequestOptions;
  /** Keep-alive connections, for requests that can be sent again. */
  keepAliveAgent: http.Agent;
  /** A new connection per request, for requests that cannot be sent again. */
  singleUseAgent: http.Agent;
  /** Event that a socket emits once it can carry a request. */
  connectEvent: 'connect' | 'secureConnect';
  /** It has responded before, so a refused connection means that it has exited. */
  hasResponded: boolean;
}

/** The app's current address, which changes while the app starts, restarts and exits. */
export class Upstream {
  #target: Target | undefined;
  #waiters = new Set<() => void>();
  #hasEnded = false;
  /** Called when the server has refused a page; may set another address. */
  #onRefusal: ((address: ServerAddress) => void) | undefined;

  constructor(onRefusal?: (address: ServerAddress) => void) {
    this.#onRefusal = onRefusal;
  }

  /** Target of new requests; undefined while no app listens. */
  get target(): Target | undefined {
    return this.#target;
  }

  get address(): ServerAddress | undefined {
    return this.#target?.address;
  }

  /**
   * Sets the app's address, or undefined when it no longer listens. Connections are opened anew
   * even where the address is the same.
   */
  set(address: ServerAddress | undefined): void {
    if (this.#target) closeIdle(this.#target);
    this.#target = address && createTarget(address);
    const waiters = [...this.#waiters];
    this.#waiters.clear();
    for (const wake of waiters) wake();
  }

  /** Reports that the target has refused a page (426); true where another target is to be asked. */
  refused(target: Target): boolean {
    this.#onRefusal?.(target.address);
    return this.#target !== target;
  }

  /** True once the app has exited and will not be started again. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Marks that the app has exited and will not be started again. */
  end(): void {
    this.#hasEnded = true;
    this.set(undefined);
  }

  /** Calls back once when the address changes or after `ms`; the returned function cancels that. */
  onceChanged(ms: number, callback: () => void): () => void {
    const wake = () => {
      clearTimeout(timer);
      this.#waiters.delete(wake);
      callback();
    };
    const timer = setTimeout(wake, ms);
    this.#waiters.add(wake);
    return () => {
      clearTimeout(timer);
      this.#waiters.delete(wake);
    };
  }
}

const connectedSockets = new WeakSet<Duplex>();
/** Agents of addresses that are no longer the app's. */
const retiredAgents = new WeakSet<http.Agent>();

/** True where a socket to the app was ever connected. */
export function isConnected(socket: Duplex | null | undefined): boolean {
  return socket != null && connectedSockets.has(socket);
}

function createTarget(address: ServerAddress): Target {
  const secure = address.protocol === 'https' || address.protocol === 'h2';
  const Agent = secure ? https.Agent : http.Agent;
  const destination = connectionOptions(address);
  const isLocal = isLoopback(destination.host ?? 'localhost');
  const connectEvent = secure ? 'secureConnect' : 'connect';
  // Only with a timeout does Node's Agent respect the app's `Keep-Alive: timeout=`.
  const keepAliveAgent = new Agent({ keepAlive: true, timeout: 4000, maxFreeSockets: 1024 });
  const singleUseAgent = new Agent();
  guardIdleSockets(keepAliveAgent, connectEvent);
  guardIdleSockets(singleUseAgent, connectEvent);
  const options = {
    ...destination,
    protocol: secure ? 'https:' : 'http:',
    insecureHTTPParser: false,
    // The size of response headers is the app's decision.
    maxHeaderSize: 1 << 20,
    // An HTTP/2-only server refuses this protocol with a TLS alert, which errorPageOf() recognizes.
    ...(secure && {
      ALPNProtocols: ['http/1.1'],
      rejectUnauthorized: !isLocal,
      // An app that chooses its certificate by name has none for an IP address.
      ...(isLocal && { servername: 'localhost' }),
    }),
  };
  return {
    address,
    name: nameOf(address),
    options,
    keepAliveAgent,
    singleUseAgent,
    connectEvent,
    hasResponded: false,
  };
}

const lookupLoopback: net.LookupFunction = (_, options, callback) => {
  if (options.all) {
    callback(null, [
      { address: '127.0.0.1', family: 4 },
      { address: '::1', family: 6 },
    ]);
  } else callback(null, '127.0.0.1', 4);
};

// Loopback accepts or refuses at once. With Node's 250 ms a launcher that is busy for as long takes
// an app that has accepted for one that does not answer, in both families (ETIMEDOUT).
const ATTEMPT_MS = 60_000;

// A server on all interfaces is reached by loopback, in whichever address family it listens.
function connectionOptions({ host, port, path }: ServerAddress): http.RequestOptions {
  if (path !== undefined) return { socketPath: path };
  const bare = host?.replace(/^\[|\]$/g, '');
  if (bare === undefined || bare === '' || bare === '::' || bare === '0.0.0.0' || bare === 'localhost') {
    return {
      ...{ host: 'localhost', port, lookup: lookupLoopback },
      ...{ autoSelectFamily: true, autoSelectFamilyAttemptTimeout: ATTEMPT_MS },
    } as http.RequestOptions;
  }
  return { host: bare, port: port! };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
}

function nameOf({ protocol, host, port, path }: ServerAddress): string {
  if (path !== undefined) return `unix:${path}`;
  const scheme = protocol === 'https' || protocol === 'h2' ? 'https' : 'http';
  const name = host === undefined || host === '::' || host === '0.0.0.0' || host === '' ? 'localhost' : host;
  return `${scheme}://${name.includes(':') && !name.startsWith('[') ? `[${name}]` : name}:${port}`;
}

// Between two requests Node leaves a socket without an error listener for a moment, and an error in
// that moment would crash the launcher. Data that an app sends between two requests must not become
// the response to another client's request.
function guardIdleSockets(agent: http.Agent, connectEvent: Target['connectEvent']): void {
  const internals = agent as unknown as AgentInternals;
  const { createConnection, keepSocketAlive, reuseSocket } = internals;
  internals.createConnection = (...args) => {
    const socket = createConnection.apply(agent, args);
    socket?.on('error', () => {});
    socket?.once(connectEvent, () => connectedSockets.add(socket));
    return socket;
  };
  internals.keepSocketAlive = (socket) => {
    const keep = !retiredAgents.has(agent) && keepSocketAlive.call(agent, socket);
    if (keep) socket.on('data', destroy);
    return keep;
  };
  internals.reuseSocket = (socket, request) => {
    socket.removeListener('data', destroy);
    reuseSocket.call(agent, socket, request);
  };
}

// The three methods that Node documents for overriding, with the types that they have at run time.
interface AgentInternals {
  createConnection(...args: unknown[]): Duplex | undefined;
  keepSocketAlive(socket: Duplex): boolean;
  reuseSocket(socket: Duplex, request: http.ClientRequest): void;
}

function destroy(this: Duplex): void {
  this.destroy();
}

/** A server that closes waits for the connections in use, too: they end with their requests. */
function closeIdle({ keepAliveAgent }: Target): void {
  retiredAgents.add(keepAliveAgent);
  for (const sockets of Object.values(keepAliveAgent.freeSockets))
    for (const socket of sockets ?? []) socket.destroy();
}

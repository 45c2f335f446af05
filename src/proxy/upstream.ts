/** Where the app listens: its address once there is one, and the connections to it. */

import http from 'node:http';
import https from 'node:https';
import type net from 'node:net';
import type { Duplex } from 'node:stream';
import type { ServerAddress } from '../domain/link.js';

/** One address of the app, from its first to its last request. */
export interface Target {
  address: ServerAddress;
  /** How people write it: `http://127.0.0.1:3000`. */
  name: string;
  /** What a request needs to get there. */
  options: http.RequestOptions;
  /** Connections that are kept, for requests that can be sent again. */
  kept: http.Agent;
  /** A connection of its own, for those that cannot. */
  fresh: http.Agent;
  /** What a socket emits once it can carry a request. */
  connected: 'connect' | 'secureConnect';
  /** It has answered before, so that a refused connection means that it is gone. */
  served: boolean;
}

/** The app's current address, or none yet. */
export class Upstream {
  #target: Target | undefined;
  #waiting = new Set<() => void>();
  #over = false;

  /** Answers where requests go now. */
  get target(): Target | undefined {
    return this.#target;
  }

  /** Answers the app's current address. */
  get address(): ServerAddress | undefined {
    return this.#target?.address;
  }

  /** Tells that the app listens at that address, anew even when it is the old one, or that it no longer listens. */
  set(address: ServerAddress | undefined): void {
    if (this.#target) closeIdle(this.#target);
    this.#target = address && createTarget(address);
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }

  /** Answers whether nothing will listen any more. */
  get over(): boolean {
    return this.#over;
  }

  /** Tells that the app has ended, and none will follow. */
  end(): void {
    this.#over = true;
    this.set(undefined);
  }

  /** Calls back once when the address changes or after that many ms; answers how to call it off. */
  onceChanged(ms: number, callback: () => void): () => void {
    const wake = () => {
      clearTimeout(timer);
      this.#waiting.delete(wake);
      callback();
    };
    const timer = setTimeout(wake, ms);
    this.#waiting.add(wake);
    return () => {
      clearTimeout(timer);
      this.#waiting.delete(wake);
    };
  }
}

const connected = new WeakSet<Duplex>();

/** Answers whether a connection to the app was ever established. */
export function isConnected(socket: Duplex | null | undefined): boolean {
  return socket != null && connected.has(socket);
}

function createTarget(address: ServerAddress): Target {
  const secure = address.protocol === 'https' || address.protocol === 'h2';
  const Agent = secure ? https.Agent : http.Agent;
  const reach = reachable(address);
  // The timeout is what makes the agent heed `Keep-Alive: timeout=`.
  const event = secure ? 'secureConnect' : 'connect';
  const kept = new Agent({ keepAlive: true, timeout: 4000, maxFreeSockets: 1024 });
  const fresh = new Agent();
  guard(kept, event);
  guard(fresh, event);
  const options = {
    ...reach,
    protocol: secure ? 'https:' : 'http:',
    insecureHTTPParser: false,
    // The app decides how long its headers are.
    maxHeaderSize: 1 << 20,
    // A server of HTTP/2 alone says so when it is asked for something else.
    ...(secure && {
      ALPNProtocols: ['http/1.1'],
      rejectUnauthorized: !isLoopback(reach.host ?? 'localhost'),
    }),
  };
  return { address, name: nameOf(address), options, kept, fresh, connected: event, served: false };
}

const both: net.LookupFunction = (_, options, callback) => {
  if (options.all) {
    callback(null, [
      { address: '127.0.0.1', family: 4 },
      { address: '::1', family: 6 },
    ]);
  } else callback(null, '127.0.0.1', 4);
};

// A server that listens on every interface is reached by loopback, whichever family it really has.
function reachable({ host, port, path }: ServerAddress): http.RequestOptions {
  if (path !== undefined) return { socketPath: path };
  const bare = host?.replace(/^\[|\]$/g, '');
  if (bare === undefined || bare === '' || bare === '::' || bare === '0.0.0.0' || bare === 'localhost') {
    return { host: 'localhost', port, lookup: both, autoSelectFamily: true } as http.RequestOptions;
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

// Between two requests Node leaves a connection without an error listener for a moment, and one error in that moment
// would end the launcher; what an app sends unasked between two requests must not become somebody's response.
function guard(agent: http.Agent, event: Target['connected']): void {
  const open = agent as unknown as AgentInside;
  const { createConnection, keepSocketAlive, reuseSocket } = open;
  open.createConnection = (...args) => {
    const socket = createConnection.apply(agent, args);
    socket?.on('error', () => {});
    socket?.once(event, () => connected.add(socket));
    return socket;
  };
  open.keepSocketAlive = (socket) => {
    const keep = keepSocketAlive.call(agent, socket);
    if (keep) socket.on('data', destroy);
    return keep;
  };
  open.reuseSocket = (socket, request) => {
    socket.removeListener('data', destroy);
    reuseSocket.call(agent, socket, request);
  };
}

// The three methods that Node documents for overriding, as they really are.
interface AgentInside {
  createConnection(...args: unknown[]): Duplex | undefined;
  keepSocketAlive(socket: Duplex): boolean;
  reuseSocket(socket: Duplex, request: http.ClientRequest): void;
}

function destroy(this: Duplex): void {
  this.destroy();
}

function closeIdle({ kept }: Target): void {
  for (const sockets of Object.values(kept.freeSockets)) for (const socket of sockets ?? []) socket.destroy();
}

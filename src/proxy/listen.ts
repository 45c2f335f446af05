/** Binds the proxy's port, the same port on both loopback families. */

import type { Server } from 'node:http';
import { UserError } from '../domain/errors.js';

/** Address to listen at. */
export interface ListenOptions {
  /** 127.0.0.1 and localhost bind both loopback families. */
  host: string;
  /** 0: any free port. */
  port: number;
  /** Fails where that port is taken, instead of trying the next ports. */
  exactPort: boolean;
}

/** Servers bound to one port. */
export interface BoundServers {
  port: number;
  hosts: string[];
  servers: Server[];
}

const MAX_TRIES = 20;
/** Connections that wait to be accepted: of Node's 511, a burst that the app alone takes would lose some. */
const BACKLOG = 4096;

/**
 * Binds servers to the port, or to the first free of the 19 ports after it. Throws a UserError when
 * all are taken, or when the host or port cannot be bound.
 */
export async function listen(
  create: () => Server,
  { host, port, exactPort }: ListenOptions,
): Promise<BoundServers> {
  const tries = exactPort && port !== 0 ? 1 : MAX_TRIES;
  const last = Math.min(port + tries - 1, 65_535);
  let takenHost = host;
  for (let i = 0; i < tries && port + i <= last; i++) {
    const bound = await listenOn(create, host, port === 0 ? 0 : port + i);
    if (typeof bound !== 'string') return bound;
    takenHost = bound;
  }
  const hint = 'Choose another with --port, or --port 0 for any free one.';
  if (tries === 1) throw new UserError(`Port ${port} is already in use on ${takenHost}. ${hint}`);
  throw new UserError(`Ports ${port} to ${last} are all in use on ${takenHost}. ${hint}`);
}

// Resolves with a string, the host on which the port is taken. With one loopback family only,
// `localhost` could reach another program on the other.
async function listenOn(create: () => Server, host: string, port: number): Promise<BoundServers | string> {
  const isLoopbackHost = host === '127.0.0.1' || host === 'localhost';
  const mainHost = isLoopbackHost ? '127.0.0.1' : host;
  const first = create();
  if (!(await bind(first, mainHost, port))) return mainHost;
  const bound = { port: portOf(first), hosts: [mainHost], servers: [first] };
  if (!isLoopbackHost) return bound;
  const second = create();
  try {
    if (!(await bind(second, '::1', bound.port))) {
      first.close();
      return '::1';
    }
  } catch {
    return bound; // This machine has no IPv6.
  }
  bound.hosts.push('::1');
  bound.servers.push(second);
  return bound;
}

function bind(server: Server, host: string, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(false);
      else reject(bindError(error, host, port));
    });
    server.listen({ port, host, backlog: BACKLOG }, () => {
      server.removeAllListeners('error');
      resolve(true);
    });
  });
}

function bindError(error: NodeJS.ErrnoException, host: string, port: number): Error {
  if (error.code === 'EACCES') {
    return new UserError(`Port ${port} needs more rights than yours. Choose one above 1023 with --port.`);
  }
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND') {
    return new UserError(
      `${host} is no address of this machine. Choose another with --host, or leave it out.`,
    );
  }
  return error;
}

function portOf(server: Server): number {
  return (server.address() as { port: number }).port;
}

/** Finds the proxy's port, the same one on both loopback families. */

import type { Server } from 'node:http';
import { UserError } from '../domain/errors.js';

/** Where to listen. */
export interface ListenOptions {
  /** 127.0.0.1 and localhost stand for both loopback families. */
  host: string;
  /** 0: any free one. */
  port: number;
  /** That port or none. */
  exactPort: boolean;
}

/** Servers that listen on one port. */
export interface BoundServers {
  port: number;
  hosts: string[];
  servers: Server[];
}

const TRIES = 20;

/** Answers servers that listen at the place, or up to 20 ports further on; throws a UserError where that cannot be. */
export async function listen(
  create: () => Server,
  { host, port, exactPort }: ListenOptions,
): Promise<BoundServers> {
  const tries = exactPort && port !== 0 ? 1 : TRIES;
  const last = Math.min(port + tries - 1, 65_535);
  let taken = host;
  for (let i = 0; i < tries && port + i <= last; i++) {
    const found = await listenOn(create, host, port === 0 ? 0 : port + i);
    if (typeof found !== 'string') return found;
    taken = found;
  }
  const hint = 'Choose another with --port, or --port 0 for any free one.';
  if (tries === 1) throw new UserError(`Port ${port} is already in use on ${taken}. ${hint}`);
  throw new UserError(`Ports ${port} to ${last} are all in use on ${taken}. ${hint}`);
}

// A string: the host on which the port is taken. One family alone would let `localhost` reach somebody else on the other.
async function listenOn(create: () => Server, host: string, port: number): Promise<BoundServers | string> {
  const loopback = host === '127.0.0.1' || host === 'localhost';
  const main = loopback ? '127.0.0.1' : host;
  const first = create();
  if (!(await bind(first, main, port))) return main;
  const found = { port: portOf(first), hosts: [main], servers: [first] };
  if (!loopback) return found;
  const second = create();
  try {
    if (!(await bind(second, '::1', found.port))) {
      first.close();
      return '::1';
    }
  } catch {
    return found; // No IPv6 here.
  }
  found.hosts.push('::1');
  found.servers.push(second);
  return found;
}

function bind(server: Server, host: string, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(false);
      else reject(refusal(error, host, port));
    });
    server.listen(port, host, () => {
      server.removeAllListeners('error');
      resolve(true);
    });
  });
}

function refusal(error: NodeJS.ErrnoException, host: string, port: number): Error {
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

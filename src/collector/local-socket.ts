/** Unix sockets of a run: listening on a path, and the check of the run's token. */

import { timingSafeEqual } from 'node:crypto';
import type { Server } from 'node:net';

/** Listens on a unix socket's path; rejects with the system's error when that fails. */
export function listenAtPath(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      // Accepting a connection fails where no descriptor is left: it is refused.
      server.off('error', ignore).on('error', ignore);
      resolve();
    });
  });
}

function ignore(): void {}

/** Listens again on a path that was deleted; the server's connections stay open. */
export function relistenAtPath(server: Server, path: string): Promise<void> {
  // Closed first: closing deletes the file at the path, which would be the new socket's.
  server.close();
  return listenAtPath(server, path);
}

/** Whether a received value is the token, compared in constant time. */
export function isToken(value: unknown, token: string): boolean {
  const a = Buffer.from(String(value));
  const b = Buffer.from(token);
  return a.length === b.length && timingSafeEqual(a, b);
}

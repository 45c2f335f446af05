/** Unix sockets of a run: listening on a path, and the check of the run's token. */

import { timingSafeEqual } from 'node:crypto';
import type { Server } from 'node:net';

/** Listens on a unix socket's path; rejects with the system's error when that fails. */
export function listenAtPath(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
}

/** Whether a received value is the token, compared in constant time. */
export function isToken(value: unknown, token: string): boolean {
  const a = Buffer.from(String(value));
  const b = Buffer.from(token);
  return a.length === b.length && timingSafeEqual(a, b);
}

/** A run's unix sockets: how they are listened on, and the token by which a run knows its own. */

import { timingSafeEqual } from 'node:crypto';
import type { Server } from 'node:net';

/** Resolves once the server listens at that path. */
export function listenAtPath(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
}

/** Checks a token in a time that does not tell how much of it is right. */
export function isToken(given: unknown, token: string): boolean {
  const a = Buffer.from(String(given));
  const b = Buffer.from(token);
  return a.length === b.length && timingSafeEqual(a, b);
}

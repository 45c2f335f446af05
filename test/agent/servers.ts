/** Servers that fixtures request by name. */

import { mariadb, memcached, postgres, redis } from '../servers/index.js';

const servers = { mariadb, memcached, postgres, redis };

/** Name of a server; fixtures without it need none. */
export type ServerName = keyof typeof servers;

/** A database or key prefix of its own on a server, removed after the test. */
export async function serverFor(
  t: { teardown(fn: () => unknown): unknown },
  name?: ServerName,
): Promise<object> {
  return name === undefined ? {} : servers[name](t);
}

/** The servers that fixtures ask for by name. */

import { mariadb, memcached, postgres, redis } from '../servers/index.js';

const servers = { mariadb, memcached, postgres, redis };

/** What a fixture may ask for; some need none. */
export type ServerName = keyof typeof servers;

/** Answers a place of its own on that server, gone with the test. */
export async function serverFor(
  t: { teardown(fn: () => unknown): unknown },
  name?: ServerName,
): Promise<object> {
  return name === undefined ? {} : servers[name](t);
}

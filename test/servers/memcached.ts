/** memcached for tests. */

import { need } from '../programs.js';
import { ask, type Server, start } from './server.js';

/** Starts a memcached of 64 MB. */
export function startMemcached(): Promise<Server> {
  return start({
    scheme: 'memcached',
    account: 'memcache',
    command: (_, port) => [need('memcached'), ['-l', '127.0.0.1', '-p', String(port), '-U', '0', '-m', '64']],
    ready: (address) => ask(address, 'version\r\n'),
  });
}

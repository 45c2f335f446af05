/** Redis for tests. */

import { need } from '../programs.js';
import { ask, type Server, start } from './server.js';

/** How many databases a server has: one each for as many tests of a run. */
export const DATABASES = 4096;

/** Starts a Redis that keeps everything in memory. */
export function startRedis(): Promise<Server> {
  return start({
    scheme: 'redis',
    account: 'redis',
    database: '0',
    command: (folder, port) => [
      need('redis-server'),
      [
        ...['--bind', '127.0.0.1', '--port', String(port), '--dir', folder],
        ...['--databases', String(DATABASES), '--save', '', '--appendonly', 'no'],
      ],
    ],
    ready: async (address) => {
      if ((await ask(address, 'PING\r\n')) !== '+PONG') throw new Error('still loading');
    },
  });
}

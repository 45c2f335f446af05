/** MariaDB for tests. */

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { need } from '../programs.js';
import { type Address, type Server, start } from './server.js';

/** Starts a MariaDB whose user `root` needs no password. */
export function startMariadb(): Promise<Server> {
  return start({
    scheme: 'mysql',
    account: 'mysql',
    user: 'root',
    database: 'mysql',
    prepare: async (folder, run) => {
      const options = ['--no-defaults', `--datadir=${join(folder, 'data')}`, '--skip-test-db'];
      await run(need('mariadb-install-db'), [...options, '--auth-root-authentication-method=normal']);
    },
    command: (folder, port) => [
      need('mariadbd'),
      [
        '--no-defaults',
        `--datadir=${join(folder, 'data')}`,
        `--socket=${join(folder, 'socket')}`,
        `--pid-file=${join(folder, 'pid')}`,
        `--port=${port}`,
        '--bind-address=127.0.0.1',
        '--max-connections=200',
        '--character-set-server=utf8mb4',
        '--innodb-buffer-pool-size=32M',
        '--innodb-flush-log-at-trx-commit=0',
        '--skip-name-resolve',
      ],
    ],
    ready: (address) => statement(address, 'select 1'),
  });
}

/** Runs one statement on a connection of its own. */
export async function statement({ host, port, user }: Address, sql: string): Promise<void> {
  const where = ['--no-defaults', '--protocol=tcp', `--host=${host}`, `--port=${port}`, `--user=${user}`];
  await promisify(execFile)(need('mariadb'), [...where, `--execute=${sql}`]);
}

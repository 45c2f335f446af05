/** PostgreSQL for tests. */

import { join } from 'node:path';
import { requirePackage } from '../packages.js';
import { need } from '../programs.js';
import { type Server, start } from './server.js';

/** The part of pg's Client that the tests use. */
export interface PostgresClient {
  connect(): Promise<unknown>;
  query(statement: string, values?: unknown[]): Promise<{ rows: Record<string, unknown>[] }>;
  on(event: 'error', listener: () => void): unknown;
  end(): Promise<void>;
}

const pg: { Client: new (options: { connectionString: string }) => PostgresClient } = requirePackage('pg');

const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  shared_buffers: '64MB',
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  autovacuum: 'off',
};

/** Starts a PostgreSQL whose superuser `scooby` needs no password. */
export function startPostgres(): Promise<Server> {
  return start({
    scheme: 'postgres',
    account: 'postgres',
    user: 'scooby',
    database: 'postgres',
    // Immediate shutdown; SIGKILL would leave shared memory behind.
    signal: 'SIGQUIT',
    prepare: async (folder, run) => {
      const data = ['-D', join(folder, 'data'), '--no-sync', '--no-instructions'];
      await run(need('initdb'), [...data, '-U', 'scooby', '-A', 'trust', '-E', 'UTF8', '--locale=C']);
    },
    command: (folder, port) => [
      need('postgres'),
      [
        ...['-D', join(folder, 'data'), '-p', String(port)],
        ...Object.entries(SETTINGS).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
      ],
    ],
    ready: ({ url }) => query(url, 'select 1'),
  });
}

/** Runs one statement on a connection of its own. */
export async function query(url: string, statement: string): Promise<void> {
  const client = postgresClient(url);
  try {
    await client.connect();
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** A connection that is not open yet. */
export function postgresClient(url: string): PostgresClient {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  return client;
}

/** What EXPLAIN orders get of the app's own client: rows as objects, values bound, errors told. */

import { test } from 'tap';
import { libsqlConnections, sqlite3Connections } from '../../../src/agent/explain/libsql.cjs';
import type { BorrowedConnection, ConnectionSource } from '../../../src/agent/explain/runner.cjs';
import { requirePackage } from '../../packages.js';

const rowsOf = (source: ConnectionSource, owner: object, sql: string, values?: unknown) =>
  new Promise((resolve) => {
    source.acquire(owner, (_error, connection) => {
      const query = { sql, values, exact: false };
      (connection as BorrowedConnection).query(query, (error, rows) =>
        resolve(error ? (error as Error).message : rows),
      );
    });
  });

test('of @libsql/client', async (t) => {
  const client = requirePackage('@libsql/client').createClient({ url: ':memory:' });
  t.same(await rowsOf(libsqlConnections, client, 'select ? as n', [7]), [{ n: 7 }]);
  t.match(await rowsOf(libsqlConnections, client, 'explain query plan select 1'), [
    { detail: 'SCAN CONSTANT ROW' },
  ]);
  t.match(await rowsOf(libsqlConnections, client, 'select * from nowhere'), /no such table: nowhere/);
  t.equal(libsqlConnections.isClosed(client), false);
  client.close();
  t.equal(libsqlConnections.isClosed(client), true);
});

test('of sqlite3, whose database answers in callbacks', async (t) => {
  const database = {
    open: true,
    all: (sql: string, values: unknown, callback: (error: unknown, rows: unknown) => void) =>
      callback(null, [{ sql, values }]),
  };
  t.same(await rowsOf(sqlite3Connections, database, 'select ? as n', [7]), [
    { sql: 'select ? as n', values: [7] },
  ]);
  t.equal(sqlite3Connections.isClosed(database), false);
  t.equal(sqlite3Connections.isClosed({ open: false }), true);
});

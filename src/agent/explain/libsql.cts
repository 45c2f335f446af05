/** Access of EXPLAIN orders to the databases of @libsql/client and sqlite3, by the app's own client. */

import { knownSourceNumber } from '../instruments/shared/connections.cjs';
import { dataOf, isList, listOf } from '../record/app-values.cjs';
import type { BorrowedConnection, ConnectionQuery, ConnectionSource } from './runner.cjs';

interface Client {
  execute(statement: { sql: string; args: unknown[] }): Promise<{ rows: object[]; columns: string[] }>;
  closed?: boolean;
}
interface Database {
  all(sql: string, values: unknown, callback: (error: unknown, rows: unknown) => void): unknown;
  open?: boolean;
}

const MAX_VALUES = 40_000;

export const libsqlConnections: ConnectionSource = {
  idOf: knownSourceNumber,
  acquire: (owner, callback) => callback(undefined, borrowedClient(owner as Client)),
  isClosed: (owner) => dataOf(owner, 'closed') === true,
  databaseKey: (owner) => String(knownSourceNumber(owner)),
};

export const sqlite3Connections: ConnectionSource = {
  ...libsqlConnections,
  acquire: (owner, callback) => callback(undefined, borrowedDatabase(owner as Database)),
  isClosed: ({ open }: Database) => open === false,
};

function borrowedClient(client: Client): BorrowedConnection {
  return {
    query(query, onReply) {
      client.execute({ sql: query.sql, args: valuesOf(query) }).then(
        ({ rows, columns }) =>
          onReply(
            undefined,
            rows.map((row) => Object.fromEntries(columns.map((name) => [name, dataOf(row, name)]))),
          ),
        (error) => onReply(error ?? 'refused'),
      );
    },
    release() {},
  };
}

function borrowedDatabase(database: Database): BorrowedConnection {
  return {
    query: (query, onReply) =>
      void database.all(query.sql, valuesOf(query), (error, rows) => onReply(error, rows)),
    release() {},
  };
}

function valuesOf({ values }: ConnectionQuery): unknown[] {
  return isList(values) ? listOf(values, MAX_VALUES) : values === undefined ? [] : [values];
}

/** Access of EXPLAIN orders to connections of mysql and mysql2: one of a pool, or a copy. */

import { toJson } from '../record/to-json.cjs';
import type { BorrowedConnection, ConnectionSource } from './runner.cjs';

interface Connection {
  config: Record<string, unknown>;
  query(
    options: object,
    callback: (error: unknown, rows?: unknown, fields?: { name: string }[]) => void,
  ): void;
  release?(): void;
  destroy(): void;
  on(type: 'error', listener: () => void): void;
  off(type: 'error', listener: () => void): void;
}
interface Closable {
  /** Of a pool. */
  _closed?: boolean;
  /** Of a connection: mysql2 has _closing, mysql has state. */
  _closing?: boolean;
  state?: string;
}
interface Pool {
  config: { connectionConfig: Record<string, unknown> };
  getConnection(callback: (error: unknown, connection?: Connection) => void): void;
}

export const mysqlConnections: ConnectionSource = {
  idOf: (connection) => Reflect.get(connection, 'threadId'),
  acquire(owner, callback) {
    if ('getConnection' in owner) {
      (owner as Pool).getConnection((error, connection) => {
        if (error || connection === undefined) callback(error ?? 'no connection');
        else
          callback(
            undefined,
            borrowed(connection, () => connection.release!()),
          );
      });
      return;
    }
    const Class = owner.constructor as new (options: object) => Connection;
    const connection = new Class({ config: (owner as Connection).config });
    callback(
      undefined,
      borrowed(connection, () => connection.destroy()),
    );
  },
  isClosed: ({ _closed, _closing, state }: Closable) =>
    _closed === true || _closing === true || state === 'disconnected',
  databaseKey(owner) {
    const config =
      'getConnection' in owner ? (owner as Pool).config.connectionConfig : (owner as Connection).config;
    const { host, port, socketPath, database, user } = config;
    return toJson([host, port, socketPath, database, user]);
  },
};

function ignore(): void {}

/** Overrides options of the app: rows are objects of plain values. */
const ROW_OPTIONS = { rowsAsArray: false, nestTables: false, typeCast: true };
/** Cells as the server wrote them; mysql has no rows as arrays. */
const EXACT_OPTIONS = { rowsAsArray: true, nestTables: false, typeCast: false };

function borrowed(connection: Connection, release: () => void): BorrowedConnection {
  connection.on('error', ignore);
  return {
    query({ sql, values, exact }, onReply) {
      const named = typeof values === 'object' && values !== null && !Array.isArray(values);
      const parameters = values === undefined ? {} : { values, ...(named && { namedPlaceholders: true }) };
      const options = exact ? EXACT_OPTIONS : ROW_OPTIONS;
      connection.query({ ...options, sql, ...parameters }, (error, rows, fields) =>
        onReply(error, rows, Array.isArray(fields) ? fields.map(({ name }) => name) : undefined),
      );
    },
    release(broken) {
      // A destroyed connection may still emit an error, so its listener stays.
      if (broken) return connection.destroy();
      connection.off('error', ignore);
      release();
    },
  };
}

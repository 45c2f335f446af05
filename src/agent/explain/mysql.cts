/** Connections of mysql and mysql2 to ask on: of a pool, or one like a connection's. */

import type { BorrowedConnection, ConnectionSource } from './runner.cjs';

interface Connection {
  config: Record<string, unknown>;
  query(options: object, answered: (error: unknown, rows?: unknown) => void): void;
  release?(): void;
  destroy(): void;
  on(type: 'error', listener: () => void): void;
  off(type: 'error', listener: () => void): void;
}
interface Closable {
  /** A pool's. */
  _closed?: boolean;
  /** Of a connection, mysql2's and mysql's. */
  _closing?: boolean;
  state?: string;
}
interface Pool {
  config: { connectionConfig: Record<string, unknown> };
  getConnection(connected: (error: unknown, connection?: Connection) => void): void;
}

export const mysqlConnections: ConnectionSource = {
  id: 'threadId',
  take(owner, taken) {
    if ('getConnection' in owner) {
      (owner as Pool).getConnection((error, connection) => {
        if (error || connection === undefined) taken(error ?? 'no connection');
        else
          taken(
            undefined,
            holding(connection, () => connection.release!()),
          );
      });
      return;
    }
    const Class = owner.constructor as new (options: object) => Connection;
    const connection = new Class({ config: (owner as Connection).config });
    taken(
      undefined,
      holding(connection, () => connection.destroy()),
    );
  },
  closed: ({ _closed, _closing, state }: Closable) =>
    _closed === true || _closing === true || state === 'disconnected',
  place(owner) {
    const config =
      'getConnection' in owner ? (owner as Pool).config.connectionConfig : (owner as Connection).config;
    const { host, port, socketPath, database, user } = config;
    return JSON.stringify([host, port, socketPath, database, user]);
  },
};

function ignore(): void {}

/** What the app has set for its own answers is not for ours: rows are objects, of plain values. */
const PLAIN = { rowsAsArray: false, nestTables: false, typeCast: true };

function holding(connection: Connection, release: () => void): BorrowedConnection {
  connection.on('error', ignore);
  return {
    ask(sql, values, answered) {
      const named = typeof values === 'object' && values !== null && !Array.isArray(values);
      const given = values === undefined ? {} : { values, ...(named && { namedPlaceholders: true }) };
      connection.query({ ...PLAIN, sql, ...given }, answered);
    },
    release(broken) {
      // Destroyed, it may still tell of it; a listener that stays is on nobody's connection.
      if (broken) return connection.destroy();
      connection.off('error', ignore);
      release();
    },
  };
}

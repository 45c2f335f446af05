/**
 * Access of EXPLAIN orders to the databases of better-sqlite3 and node:sqlite: the app's own handle, which
 * blocks the event loop, and is asked for what takes no time.
 */

import { knownSourceNumber } from '../instruments/shared/connections.cjs';
import { isList, listOf } from '../record/app-values.cjs';
import type { BorrowedConnection, ConnectionSource } from './runner.cjs';

interface Statement {
  all(...values: unknown[]): unknown[];
  run(...values: unknown[]): unknown;
  /** Of better-sqlite3: whether it has rows. */
  reader?: boolean;
}
interface Database {
  prepare(sql: string): Statement;
  /** Of better-sqlite3, then of node:sqlite. */
  open?: boolean;
  isOpen?: boolean;
}

const MAX_VALUES = 40_000;

export const sqliteConnections: ConnectionSource = {
  idOf: knownSourceNumber,
  acquire: (owner, callback) => callback(undefined, borrowed(owner as Database)),
  isClosed: ({ open, isOpen }: Database) => open === false || isOpen === false,
  databaseKey: (owner) => String(knownSourceNumber(owner)),
};

function borrowed(database: Database): BorrowedConnection {
  return {
    query({ sql, values }, onReply) {
      let rows: unknown[];
      try {
        const statement = database.prepare(sql);
        const own = isList(values) ? listOf(values, MAX_VALUES) : values === undefined ? [] : [values];
        if (statement.reader === false) statement.run(...own);
        rows = statement.reader === false ? [] : statement.all(...own);
      } catch (error) {
        return onReply(error ?? 'refused');
      }
      onReply(undefined, rows);
    },
    release() {},
  };
}

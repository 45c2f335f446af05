/** Access of EXPLAIN orders to connections of mariadb: those of a pool, in both of its APIs. */

import { dataOf, methodOf, plainText } from '../record/app-values.cjs';
import { toJson } from '../record/to-json.cjs';
import type { BorrowedConnection, ConnectionSource } from './runner.cjs';

type Callback = (error: unknown, ...values: never[]) => void;

interface Connection {
  query(options: object, values?: unknown, callback?: Callback): Promise<unknown> | undefined;
  release(callback?: Callback): unknown;
  destroy(): void;
}
interface Column {
  name(): string;
}
interface Pool {
  closed?: boolean;
  getConnection(callback?: Callback): Promise<Connection> | undefined;
}

/** Overrides options of the app: rows are objects of values that JSON has, with their columns beside. */
const ROW_OPTIONS = {
  ...{ rowsAsArray: false, nestTables: false, metaAsArray: true },
  ...{ bigIntAsNumber: true, insertIdAsNumber: true, decimalAsNumber: true },
};
/** Cells as the server wrote them. */
const EXACT_OPTIONS = {
  ...{ rowsAsArray: true, nestTables: false, metaAsArray: true },
  typeCast: (column: { string(): string | null }) => column.string(),
};

/** Where pools lead to. */
const databases = new WeakMap<object, string>();
let unknown = 0;

/** Notes the options that a pool was made with. */
export function noteMariadbPool(pool: object, options: unknown): void {
  const parts = ['host', 'port', 'socketPath', 'database', 'user'].map((key) =>
    plainText(dataOf(options, key)),
  );
  // A URL has a password.
  databases.set(pool, typeof options === 'string' ? options.replace(/:[^:@/]*@/, '@') : toJson(parts));
}

export const mariadbConnections: ConnectionSource = {
  idOf: (connection) => Reflect.get(connection, 'threadId'),
  acquire(owner, callback) {
    const pool = owner as Pool;
    const lend = (connection: Connection) => callback(undefined, borrowed(connection, usesCallbacks(pool)));
    if (!usesCallbacks(pool)) return void pool.getConnection()!.then(lend, callback);
    void pool.getConnection((error: unknown, connection?: Connection) => {
      if (error || connection === undefined) callback(error ?? 'no connection');
      else lend(connection);
    });
  },
  isClosed: ({ closed }: Pool) => closed === true,
  databaseKey(owner) {
    let key = databases.get(owner);
    if (key === undefined) databases.set(owner, (key = `pool ${++unknown}`));
    return key;
  },
};

/** The pool of the callback API has its callback as a parameter. */
function usesCallbacks(pool: Pool): boolean {
  return methodOf(pool, 'getConnection')!.length > 0;
}

function borrowed(connection: Connection, hasCallbacks: boolean): BorrowedConnection {
  return {
    query({ sql, values, exact }, onReply) {
      const named = typeof values === 'object' && values !== null && !Array.isArray(values);
      const options = {
        ...(exact ? EXACT_OPTIONS : ROW_OPTIONS),
        sql,
        ...(named && { namedPlaceholders: true }),
      };
      const reply = (error: unknown, rows?: unknown, columns?: unknown) =>
        onReply(
          error,
          rows,
          Array.isArray(columns) ? columns.map((column: Column) => column.name()) : undefined,
        );
      if (hasCallbacks) void connection.query(options, values, reply as Callback);
      else
        connection.query(options, values)!.then((result) => {
          // Of what has no rows there is a header alone.
          const [rows, columns] = Array.isArray(result) ? result : [result];
          reply(undefined, rows, columns);
        }, reply);
    },
    release(broken) {
      if (broken) connection.destroy();
      else void Promise.resolve(connection.release()).catch(() => undefined);
    },
  };
}

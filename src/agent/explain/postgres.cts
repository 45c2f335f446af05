/**
 * Access of EXPLAIN orders to connections of postgres.js: one of the app's own pool, taken out of it as its
 * transactions do, by a query with `onexecute`.
 */

import type { BorrowedConnection, ConnectionSource } from './runner.cjs';

interface Connection {
  execute(query: object): unknown;
  terminate(): void;
  /** What goes on with it when a query has ended; `release` keeps it from the pool until then. */
  reserved: ((() => void) & { release?: boolean }) | null;
}
interface Result extends Array<unknown[]> {
  columns?: { name: string }[] | null;
}
type Handler = (query: object) => unknown;
type Query = Promise<Result> & { raw(): Promise<Result> };
type QueryClass = new (
  strings: string[],
  args: unknown[],
  handler: Handler,
  canceller: object,
  options: object,
) => Query;

/** How queries reach the pool of an instance. */
interface Pool {
  handler: Handler;
  Query: QueryClass;
  number: number;
}

const pools = new WeakMap<object, Pool>();
let lastNumber = 0;

/**
 * Notes how an instance of the driver, which its `canceller` stands for, runs a query. Within a
 * transaction the handler is that of its connection: the pool's knows what an ended pool says.
 */
export function notePostgresPool(canceller: object, handler: unknown, Query: unknown): void {
  if (pools.has(canceller) || typeof handler !== 'function') return;
  if (!Function.prototype.toString.call(handler).includes('CONNECTION_ENDED')) return;
  pools.set(canceller, { handler: handler as Handler, Query: Query as QueryClass, number: ++lastNumber });
}

export const postgresConnections: ConnectionSource = {
  idOf: (state) => Reflect.get(state, 'pid'),
  acquire(owner, callback) {
    const pool = pools.get(owner);
    if (pool === undefined) return callback('the pool of postgres.js was used in transactions only');
    let connection: Connection | undefined;
    const onexecute = (own: Connection) => {
      connection = own;
      own.reserved = Object.assign(() => {}, { release: true });
    };
    const options = { prepare: false, simple: true, onexecute };
    new pool.Query(['select 1 as scooby_probe'], [], pool.handler, owner, options).then(
      ({ columns }) => {
        if (connection === undefined) return callback('this version of postgres.js lends no connection');
        const names = columns?.[0]?.name === 'scooby_probe' ? (name: string) => name : plainName;
        callback(undefined, borrowed(pool, owner, connection, names));
      },
      (error: unknown) => callback(error ?? 'refused'),
    );
  },
  isClosed: () => false,
  databaseKey: (owner) => String(pools.get(owner)?.number),
};

function borrowed(
  { Query }: Pool,
  owner: object,
  connection: Connection,
  nameOf: (name: string) => string,
): BorrowedConnection {
  const run = (sql: string, values: unknown[], isSimple: boolean) => {
    const handler = (query: object) => connection.execute(query);
    return new Query([sql], values, handler, owner, { prepare: false, simple: isSimple });
  };
  return {
    query({ sql, values, exact }, onReply) {
      const own = Array.isArray(values) ? values.map(parameterOf) : [];
      run(sql, own, values === undefined)
        .raw()
        .then(
          (rows) => {
            const names = (rows.columns ?? []).map(({ name }) => nameOf(name));
            onReply(undefined, exact ? [...rows] : rows.map((row) => namedRow(row, names)), names);
          },
          (error: unknown) => onReply(error ?? 'refused'),
        );
    },
    release(broken) {
      if (broken) return connection.terminate();
      // With the end of a query outside of a transaction it goes back to the pool by itself.
      connection.reserved = () => {};
      run('select 1', [], true).then(ignore, ignore);
    },
  };
}

function ignore(): void {}

function namedRow(cells: unknown[], names: string[]): Record<string, unknown> {
  return Object.fromEntries(
    names.map((name, n) => [name, Buffer.isBuffer(cells[n]) ? cells[n].toString() : (cells[n] ?? null)]),
  );
}

/** Name as the server has it, of one that the app's `transform` has changed: serverVersion. */
function plainName(name: string): string {
  return name
    .replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
    .replaceAll('-', '_')
    .replace(/^_/, '');
}

/** Lists as texts: the driver knows the types of arrays only where it has asked for them. */
function parameterOf(value: unknown): unknown {
  return Array.isArray(value) ? `{${value.map(itemText).join(',')}}` : value;
}

function itemText(item: unknown): string {
  if (item === null || item === undefined) return 'NULL';
  if (Array.isArray(item)) return `{${item.map(itemText).join(',')}}`;
  const text = Buffer.isBuffer(item) ? `\\x${item.toString('hex')}` : textOf(item);
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

function textOf(item: unknown): string {
  return typeof item === 'object' ? JSON.stringify(item) : String(item);
}

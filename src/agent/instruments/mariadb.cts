/** Instrument of mariadb: queries of its pools, connections and prepared statements, in both of its APIs. */

import { EventEmitter } from 'node:events';
import { types } from 'node:util';
import { beginCall, discardCall, endCall, runCall, type TracedCall, wrapCallback } from '../call/call.cjs';
import { wrapCall } from '../call/deferred.cjs';
import { type EndOfCall, endWithOwnPromise } from '../call/settle.cjs';
import { methodOwner, replaceMethod } from '../call/wrap.cjs';
import { mariadbConnections, noteMariadbPool } from '../explain/mariadb.cjs';
import { rememberConnection } from '../explain/runner.cjs';
import { attempt } from '../guard.cjs';
import { dataOf, isList, listOf, methodOf, objectOf, ownData, plainText } from '../record/app-values.cjs';
import { maskNamedParams, maskParams } from '../record/sql-params.cjs';
import { watchStream } from '../request/streams.cjs';
import { now } from '../request/traced-request.cjs';
import type { CallInfo, Instrument } from './instrument.cjs';
import * as connections from './shared/connections.cjs';

type Class = { prototype: object };
/** A module of a class: CommonJS before 3.5, bindings of an ES module since. */
type ClassModule = Class | Record<string, Class>;
type Factories = Record<string, unknown> & { default?: Record<string, unknown> };

const TRANSACTIONS: Record<string, string> = {
  beginTransaction: 'START TRANSACTION',
  commit: 'COMMIT',
  rollback: 'ROLLBACK',
};
const FACTORIES = ['createConnection', 'createPool', 'createPoolCluster'];
// One more than are recorded.
const MAX_PARAMS = 1001;

/** Pools by the connections that they have lent to the app. */
const pools = new WeakMap<object, object>();
/** Statements by their prepared objects, with the connection that prepared them. */
const prepared = new WeakMap<object, { sql: string; connection: object }>();
/** Arguments of batches, whose values are rows. */
const batches = new WeakSet<object>();
/** The call of a pool that asks for a connection in this tick. */
let pendingCall: TracedCall | undefined;
/** Whether the inner pool was given a callback since it was asked. */
let isAskedByCallback = false;

export const mariadb: Instrument = {
  library: 'mariadb',
  versions: '>=3.4 <4',
  kind: 'sql',
  dialect: 'mysql',
  explain: 'mysql',
  connections: mariadbConnections,
  channel: 'scooby:mariadb',
  describe,
  errorOf,
  files: {
    'mariadb/lib/pool-promise.js': (exports: ClassModule) => patchPool(classOf(exports, 'PoolPromise')),
    'mariadb/lib/pool-callback.js': (exports: ClassModule) => patchPool(classOf(exports, 'PoolCallback')),
    'mariadb/lib/connection-promise.js': (exports: ClassModule) =>
      patchConnection(classOf(exports, 'ConnectionPromise')),
    'mariadb/lib/connection-callback.js': (exports: ClassModule) =>
      patchConnection(classOf(exports, 'ConnectionCallback')),
    'mariadb/lib/pool.js': (exports: ClassModule) => patchInnerPool(classOf(exports, 'Pool')),
    'mariadb/lib/cluster.js': (exports: ClassModule) => patchCluster(classOf(exports, 'Cluster')),
    'mariadb/lib/filtered-cluster.js': (exports: ClassModule) =>
      patchCluster(classOf(exports, 'FilteredCluster')),
    // Since 3.5 CommonJS gets one minified file, whose classes are reached by way of what it makes.
    'mariadb/dist/promise.cjs': patchFactories,
    'mariadb/dist/callback.cjs': patchFactories,
  },
  replaced: ['mariadb/dist/promise.cjs', 'mariadb/dist/callback.cjs'],
  esm: {
    'mariadb/lib/pool-promise.js': ['PoolPromise'],
    'mariadb/lib/pool-callback.js': ['PoolCallback'],
    'mariadb/lib/connection-promise.js': ['ConnectionPromise'],
    'mariadb/lib/connection-callback.js': ['ConnectionCallback'],
    'mariadb/lib/pool.js': ['Pool'],
    'mariadb/lib/cluster.js': ['Cluster'],
    'mariadb/lib/filtered-cluster.js': ['FilteredCluster'],
  },
};

function classOf(exports: ClassModule, name: string): object {
  return (typeof exports === 'function' ? exports : (exports as Record<string, Class>)[name]!).prototype;
}

function describe({ self, args }: TracedCall): CallInfo {
  const own = prepared.get(self as object);
  const [first, second] = own === undefined ? [args[0], args[1]] : [own.sql, args[0]];
  const name = plainText(first) ?? plainText(dataOf(first, 'sql')) ?? '[object]';
  const values = dataOf(first, 'values') ?? second;
  const detail: Record<string, unknown> = {};
  if (values !== undefined && values !== null && typeof values !== 'function')
    detail.params = batches.has(args) && isList(values) ? rowsIn(name, values) : paramsOf(name, values);
  return { name, detail };
}

/** The error's own text: its message has the statement and its values, and the connection's number. */
function errorOf(error: unknown): unknown {
  const text = dataOf(error, 'sqlMessage');
  return typeof text === 'string' ? { code: dataOf(error, 'code'), message: text } : error;
}

/** Values of a batch: each row's, of which a single value may stand without a list. */
function rowsIn(sql: string, values: unknown[]): unknown[] {
  const rows: unknown[] = [];
  let count = 0;
  for (const row of listOf(values, MAX_PARAMS)) {
    if (count >= MAX_PARAMS) break;
    const params = paramsOf(sql, row);
    count += isList(params) ? params.length : 1;
    rows.push(isList(row) || !isList(params) ? params : params[0]);
  }
  if (values.length > rows.length) rows.push(`… (${values.length} rows)`);
  return rows;
}

/** A single value may stand without a list; an object has named ones. */
function paramsOf(sql: string, values: unknown): unknown {
  if (isList(values)) return maskParams(sql, listOf(values, MAX_PARAMS), 'mysql');
  const isPlain = typeof values === 'object' && values !== null && !types.isProxy(values);
  const isNamed = isPlain && Object.getPrototypeOf(values) === Object.prototype;
  return isNamed ? maskNamedParams(sql, values as object, 'mysql') : maskParams(sql, [values], 'mysql');
}

/** A copy of the exports, which are getters, with factories whose products are patched. */
function patchFactories(exports: Factories): object {
  const properties = Object.getOwnPropertyDescriptors(exports) as PropertyDescriptorMap;
  const originals = Object.fromEntries(FACTORIES.map((name) => [name, exports[name]]));
  for (const name of FACTORIES)
    properties[name] = { value: originals[name], writable: true, configurable: true, enumerable: true };
  const copy = Object.create(Object.getPrototypeOf(exports) as object, properties) as Factories;
  for (const holder of [copy, exports.default]) {
    if (holder === undefined) continue;
    replaceMethod(holder, 'createPool', (original) => wrapFactory(original, patchPool));
    replaceMethod(holder, 'createPoolCluster', (original) => wrapFactory(original, patchCluster));
    replaceMethod(holder, 'createConnection', wrapCreateConnection);
  }
  return copy;
}

/**
 * Wraps a factory of pools. The inner pool, which is private, is heard when it gets its first listener.
 */
function wrapFactory(original: Function, patch: (prototype: object) => void): Function {
  return function createPool(this: unknown, options: unknown) {
    const { prototype } = EventEmitter;
    const { on } = prototype;
    const heard = function (this: object) {
      attempt(patchWhenInnerPool, this);
      return Reflect.apply(on, this, arguments);
    };
    let pool: object;
    try {
      // The app may have frozen it.
      attempt(Reflect.set, prototype, 'on', heard);
      pool = Reflect.apply(original, this, arguments) as object;
    } finally {
      attempt(Reflect.set, prototype, 'on', on);
    }
    attempt(patch, Object.getPrototypeOf(pool) as object);
    attempt(noteMariadbPool, pool, options);
    return pool;
  };
}

function patchWhenInnerPool(emitter: object): void {
  const prototype = Object.getPrototypeOf(emitter) as object;
  if (Object.hasOwn(prototype, 'getConnection') && Object.hasOwn(prototype, 'release'))
    patchInnerPool(prototype);
}

function wrapCreateConnection(original: Function): Function {
  let isPatched = false;
  return function createConnection(this: unknown) {
    const result: unknown = Reflect.apply(original, this, arguments);
    // The class of connections is one and the same: the app gets its own promise from the second on.
    if (isPatched) return result;
    const patch = (connection: object) =>
      attempt(patchConnection, Object.getPrototypeOf(connection) as object);
    if (!(result instanceof Promise)) {
      // Of the callback API: the connection itself.
      if (typeof result === 'object' && result !== null) patch(result);
      return result;
    }
    return result.then((connection: object) => {
      isPatched = true;
      patch(connection);
      return connection;
    });
  };
}

function patchPool(prototype: object): void {
  for (const method of ['query', 'execute', 'batch'])
    if (method in prototype)
      replaceMethod(prototype, method, (original) => wrapQuery(original, true, method === 'batch'));
  if ('getConnection' in prototype) replaceMethod(prototype, 'getConnection', wrapGetConnection);
}

function patchConnection(prototype: object): void {
  for (const method of ['query', 'execute', 'batch'])
    replaceMethod(prototype, method, (original) => wrapQuery(original, false, method === 'batch'));
  // That of the callback API is a query.
  for (const [method, sql] of Object.entries(TRANSACTIONS))
    if (method !== 'beginTransaction' || methodOf(prototype, method)?.length === 0)
      replaceMethod(prototype, method, (original) => wrapTransaction(original, sql));
  if ('queryStream' in prototype) replaceMethod(prototype, 'queryStream', wrapStream);
  replaceMethod(prototype, 'prepare', wrapPrepare);
}

/** A cluster asks one of its pools, and queries in a later tick. */
function patchCluster(prototype: object): void {
  for (const method of ['query', 'execute', 'batch', 'getConnection'])
    if (methodOwner(prototype, method) === prototype) replaceMethod(prototype, method, wrapCall);
}

/** The inner pool lends a connection to the call that is pending. */
function patchInnerPool(prototype: object): void {
  replaceMethod(
    prototype,
    'getConnection',
    (original) =>
      function getConnection(this: object, ...args: unknown[]) {
        const call = pendingCall;
        pendingCall = undefined;
        isAskedByCallback ||= args.some((arg) => typeof arg === 'function');
        if (call === undefined) return Reflect.apply(original, this, args);
        const lent = (connection: unknown) => attempt(markLent, call, connection);
        const at = args.findIndex((arg) => typeof arg === 'function');
        if (at < 0) {
          const result = Reflect.apply(original, this, args) as Promise<unknown>;
          return result.then((connection) => {
            lent(connection);
            return connection;
          });
        }
        const callback = args[at] as Function;
        args[at] = function (this: unknown, error: unknown, connection: unknown) {
          if (!error) lent(connection);
          return Reflect.apply(callback, this, arguments);
        };
        return Reflect.apply(original, this, args);
      },
  );
}

function markLent(call: TracedCall, connection: unknown): void {
  call.wait = now() - call.began;
  markSent(call, connection as object, call.self as object);
}

/** Facts of the connection that a call is sent on. */
function markSent(call: TracedCall, connection: object, pool: object | undefined): void {
  // In the inner connection it is a field of `info`.
  const info = Reflect.get(connection, 'info') as { threadId?: unknown } | null;
  const id = info?.threadId;
  const detail = call.info?.detail;
  if (detail !== undefined) {
    if (typeof id === 'number' || typeof id === 'bigint') detail.connection = Number(id);
    detail.source = connections.sourceNumber(pool ?? connection, pool, () => `mariadb ${String(id)}`);
  }
  if (pool !== undefined) rememberConnection(mariadb, connection, pool);
}

function wrapQuery(original: Function, isPool: boolean, isBatch: boolean): Function {
  return function query(this: object, ...args: unknown[]) {
    const own = [...args];
    if (isBatch) batches.add(own);
    const call = beginCall(mariadb, query, this, own);
    if (call === undefined) return Reflect.apply(original, this, args);
    if (!isPool) attempt(markOwn, call, this);
    return run(call, original, this, args, isPool);
  };
}

/** A connection that the app holds: what it waited for it, its call waited. */
function markOwn(call: TracedCall, connection: object): void {
  connections.takeWait(call, connection);
  markSent(call, connection, pools.get(connection));
}

function run(call: TracedCall, original: Function, self: object, args: unknown[], isPool: boolean): unknown {
  const at = args.findIndex((arg, i) => i > 0 && typeof arg === 'function');
  if (at >= 0) args[at] = wrapCallback(call, args[at] as Function, endByCallback);
  // Of a callback API the pool has neither a promise nor an emitter to tell the end.
  const isCallbackPool = at < 0 && isPool && methodOf(self, 'end')?.length === 1;
  if (isCallbackPool) {
    args.length = Math.max(args.length, 2);
    args.push((...results: unknown[]) => endByCallback(call, results));
  }
  if (isPool) pendingCall = call;
  try {
    return runToEnd(call, original, self, args, at >= 0 || isCallbackPool ? undefined : end);
  } finally {
    pendingCall = undefined;
  }
}

/** Runs a call that ends by its callback, unless there is an `end` for its promise or its emitter. */
function runToEnd(
  call: TracedCall,
  original: Function,
  self: object,
  args: unknown[],
  end: EndOfCall | undefined,
): unknown {
  if (end === undefined) return runCall(call, original, self, args);
  return endWithOwnPromise(call, original, self, args, (ended, error, result) => {
    if (error === undefined && methodOf(result, 'emit') !== undefined) watchEvents(ended, result as object);
    else end(ended, error, result);
  });
}

function endByCallback(call: TracedCall, { 0: error, 1: rows, 2: meta }: ArrayLike<unknown>): void {
  end(call, error, rows, meta);
}

function end(call: TracedCall, error: unknown, result?: unknown, meta?: unknown): void {
  const sqlState = error ? dataOf(error, 'sqlState') : undefined;
  const { affectedRows, insertId } = (isList(result) ? {} : (result ?? {})) as Record<string, unknown>;
  endCall(call, error, rowsOf(result, meta), {
    ...(isList(result) && connections.estimatedBytes(result)),
    // 0 where nothing was inserted.
    ...(affectedRows === 1 && Boolean(insertId) && connections.insertIdFacts(insertId)),
    ...(typeof sqlState === 'string' && { sqlState }),
  });
}

/**
 * Rows, or affected ones; of several statements those of all. Rows may be lists themselves: those of one
 * statement have the descriptions of their columns as `meta`, or beside them.
 */
function rowsOf(result: unknown, meta: unknown = ownData(result, 'meta')): number | undefined {
  if (!isList(result)) return (result as { affectedRows?: number } | undefined)?.affectedRows;
  const [first] = isList(meta) ? meta : [result[0]];
  if (isList(meta) && (meta.length === 0 || (objectOf(first) !== undefined && !isList(first))))
    return result.length;
  if (meta === undefined && isWithMeta(result)) return rowsOf(result[0], result[1]);
  const isOfSeveral =
    result.length > 0 && result.every((part) => isList(part) || dataOf(part, 'affectedRows') !== undefined);
  if (!isOfSeveral) return result.length;
  const sum = (count: number, part: unknown, i: number) =>
    count + (rowsOf(part, isList(meta) ? meta[i] : undefined) ?? 0);
  return result.reduce<number>(sum, 0);
}

/** Whether a result is a pair of rows and columns: those of a second statement have `meta`. */
function isWithMeta({ length, 1: columns }: unknown[]): boolean {
  return length === 2 && isList(columns) && ownData(columns, 'meta') === undefined;
}

function watchEvents(call: TracedCall, command: object): void {
  let rows = 0;
  watchStream(command, call.request, (type, value) => {
    if (type === 'data') rows++;
    if (type === 'error') end(call, value);
    if (type === 'end') endCall(call, value, value ? undefined : rows);
  });
}

function wrapTransaction(original: Function, sql: string): Function {
  return function transaction(this: object, ...args: unknown[]) {
    const call = beginCall(mariadb, transaction, this, [sql]);
    if (call === undefined) return Reflect.apply(original, this, args);
    attempt(markOwn, call, this);
    const isCallback = typeof args[0] === 'function';
    if (isCallback) args[0] = wrapCallback(call, args[0] as Function, endByCallback);
    return runToEnd(call, original, this, args, isCallback ? undefined : end);
  };
}

function wrapStream(original: Function): Function {
  return function queryStream(this: object, ...args: unknown[]) {
    const call = beginCall(mariadb, queryStream, this, [...args]);
    if (call === undefined) return Reflect.apply(original, this, args);
    attempt(markOwn, call, this);
    const stream = runCall(call, original, this, args) as object;
    attempt(connections.noteStream, call);
    attempt(watchRows, call, stream);
    return stream;
  };
}

/** Rows are counted as the driver pushes them: an iterator of the app's hears no event. */
function watchRows(call: TracedCall, stream: object): void {
  let rows = 0;
  replaceMethod(
    stream,
    'push',
    (push) =>
      function (this: unknown, row: unknown) {
        if (row !== null) rows++;
        const wantsMore: unknown = Reflect.apply(push, this, arguments);
        // Behind its last row the query is over: what is read ahead waits for the reader.
        if (row === null) endCall(call, undefined, rows);
        else if (wantsMore === false) attempt(connections.notePause, call);
        return wantsMore;
      },
  );
  replaceMethod(
    stream,
    '_read',
    (read) =>
      function (this: unknown) {
        attempt(connections.notePauseEnd, call);
        return Reflect.apply(read, this, arguments);
      },
  );
  watchStream(stream, call.request, (type, value) => {
    if (type === 'error') end(call, value);
    if (type === 'end' || type === 'close') endCall(call, undefined, rows);
  });
}

/** The time until a connection is lent is the wait of the first query on it; only failures are shown. */
function wrapGetConnection(original: Function): Function {
  return function getConnection(this: object, ...args: unknown[]) {
    const call = beginCall(mariadb, getConnection, this, ['connect']);
    const lend = (connection: object) => attempt(noteLent, call, this, connection);
    const done = (ended: TracedCall, error: unknown, connection: unknown) => {
      if (error) return endCall(ended, error);
      lend(connection as object);
      discardCall(ended);
    };
    if (typeof args[0] === 'function') {
      const callback = args[0] as Function;
      if (call !== undefined)
        args[0] = wrapCallback(call, callback, (ended, { 0: error, 1: lent }) => done(ended, error, lent));
      return Reflect.apply(original, this, args);
    }
    if (call === undefined) return Reflect.apply(original, this, args);
    isAskedByCallback = false;
    // Since 3.5 it waits for the promise that it constructs, and has the connection.
    return endWithOwnPromise(call, original, this, args, done, () => isAskedByCallback);
  };
}

function noteLent(call: TracedCall | undefined, pool: object, connection: object): void {
  pools.set(connection, pool);
  patchConnection(Object.getPrototypeOf(connection) as object);
  if (call !== undefined) connections.noteWait(connection, call.request, call.began);
}

/** What is prepared is called later; its object is the app's own. */
function wrapPrepare(original: Function): Function {
  return function prepare(this: object, ...args: unknown[]) {
    const [first] = args;
    const sql = plainText(first) ?? plainText(dataOf(first, 'sql')) ?? '[object]';
    const note = (statement: unknown) =>
      attempt(patchPrepared, statement as object, { sql, connection: this });
    const call = beginCall(mariadb, prepare, this, [first]);
    const done = (ended: TracedCall, error: unknown, statement: unknown) => {
      // What is prepared is seen when it is executed.
      if (error) end(ended, error);
      else {
        note(statement);
        discardCall(ended);
      }
    };
    if (call === undefined) return Reflect.apply(original, this, args);
    attempt(markOwn, call, this);
    const isCallback = typeof args[1] === 'function';
    if (isCallback)
      args[1] = wrapCallback(call, args[1] as Function, (ended, { 0: error, 1: statement }) =>
        done(ended, error, statement),
      );
    return runToEnd(call, original, this, args, isCallback ? undefined : done);
  };
}

function patchPrepared(statement: object, facts: { sql: string; connection: object }): void {
  prepared.set(statement, facts);
  const replace = (method: string, wrap: (original: Function) => Function) => {
    if (methodOf(statement, method) !== undefined) replaceMethod(statement, method, wrap);
  };
  replace('execute', (original) => wrapExecute(original, facts.connection));
  replace('executeStream', (original) => {
    return function executeStream(this: object, ...args: unknown[]) {
      const call = beginCall(mariadb, executeStream, this, [...args]);
      if (call === undefined) return Reflect.apply(original, this, args);
      attempt(markOwn, call, facts.connection);
      const stream = runCall(call, original, this, args) as object;
      attempt(watchRows, call, stream);
      return stream;
    };
  });
}

function wrapExecute(original: Function, connection: object): Function {
  return function execute(this: object, ...args: unknown[]) {
    const call = beginCall(mariadb, execute, this, [...args]);
    if (call === undefined) return Reflect.apply(original, this, args);
    attempt(markOwn, call, connection);
    return run(call, original, this, args, false);
  };
}

/** Patches that mysql and mysql2 share: pools, clusters, commands and their events. */

import {
  beginCall,
  bindToRequest,
  discardCall,
  endCall,
  type PoolCounts,
  type TracedCall,
  wrapCallback,
} from '../../call/call.cjs';
import { replaceMethod } from '../../call/wrap.cjs';
import { mysqlConnections } from '../../explain/mysql.cjs';
import { rememberConnection } from '../../explain/runner.cjs';
import { attempt } from '../../guard.cjs';
import { dataOf, isList, methodOf, plainText } from '../../record/app-values.cjs';
import { maskNamedParams, maskParams } from '../../record/sql-params.cjs';
import { describeCall } from '../../record/value-budget.cjs';
import { applyInRequest } from '../../request/context.cjs';
import { now } from '../../request/traced-request.cjs';
import type { CallInfo, Instrument } from '../instrument.cjs';
import * as connections from './connections.cjs';

type Callback = 'onResult' | '_callback';
type Command = { [key in Callback]?: unknown };
interface Connection {
  threadId?: unknown;
  _pool?: object | null;
  config?: { host?: unknown; port?: unknown; socketPath?: unknown; database?: unknown; user?: unknown };
  /** Socket of mysql2, and of mysql. */
  stream?: unknown;
  _socket?: unknown;
  /** Command of mysql2 that runs; commands of mysql. */
  _command?: object | null;
  _protocol?: { _queue?: unknown[] };
}
interface Pool {
  config?: { connectionLimit?: number };
  _allConnections?: { length: number };
  _freeConnections?: { length: number };
  _connectionQueue?: { length: number };
}

/** Fields that are the same in the instruments of mysql and mysql2. */
export const mysqlFacts = {
  dialect: 'mysql',
  explain: 'mysql',
  connections: mysqlConnections,
} satisfies Partial<Instrument>;

/**
 * The call that the driver executes in this tick: methods that the driver itself calls for it
 * (Pool#query calls getConnection and Connection#query) begin no calls of their own.
 */
let pendingCall: TracedCall | undefined;
/** The call that the driver executes in this tick. */
export const pendingPoolCall = (): TracedCall | undefined => pendingCall;

/** Calls by command of the driver. */
const calls = new WeakMap<object, TracedCall>();
/** Wrapped callbacks: a pool that is full calls its own getConnection again with them. */
const wrappedCallbacks = new WeakSet<Function>();

/** SQL text and redacted values of `query` or `execute`, from its arguments. */
export function describeMysqlCall({ self, args }: TracedCall): CallInfo {
  const statement = args[0];
  const name = plainText(statement) ?? plainText(dataOf(statement, 'sql')) ?? '';
  const values = typeof args[1] === 'function' ? undefined : args[1];
  return mysqlCallInfo(name, values ?? dataOf(statement, 'values'), self as Connection);
}

/** SQL text, redacted values, and the connection id, which statements of a transaction share. */
export function mysqlCallInfo(name: string, values: unknown, { threadId }: Connection): CallInfo {
  const detail: Record<string, unknown> = {};
  if (isList(values)) detail.params = maskParams(name, values, 'mysql');
  else if (typeof values === 'object' && values !== null)
    detail.params = maskNamedParams(name, values, 'mysql');
  else if (values !== undefined && values !== null) detail.params = maskParams(name, [values], 'mysql');
  setConnectionId(detail, threadId);
  return { name, detail };
}

function setConnectionId(detail: Record<string, unknown> | undefined, threadId: unknown): void {
  if (detail !== undefined && typeof threadId === 'number') detail.connection = threadId;
}

/** Patches `query` or `execute` of a pool or of a cluster namespace, which connect first. */
export function patchPoolQuery(instrument: Instrument, prototype: object, method: string): void {
  replaceMethod(
    prototype,
    method,
    (original) =>
      function query(this: object) {
        // A cluster calls it again for its next server.
        if (pendingCall !== undefined) return Reflect.apply(original, this, arguments);
        const call = beginCall(instrument, query, this, arguments);
        if (call === undefined) return Reflect.apply(original, this, arguments);
        return runPending(call, original, this, attempt(argumentsWithCallback, call, arguments) ?? arguments);
      },
  );
}

/** Patches `query` or `execute` of a connection. */
export function patchConnectionQuery(instrument: Instrument, prototype: object, method: string): void {
  replaceMethod(
    prototype,
    method,
    (original) =>
      function query(this: object) {
        const poolCall = pendingCall;
        const call = poolCall ?? beginCall(instrument, query, this, arguments);
        if (call === undefined) return Reflect.apply(original, this, arguments);
        attempt(markSent, call, this);
        const args = poolCall ? arguments : (attempt(argumentsWithCallback, call, arguments) ?? arguments);
        const isQueued = attempt(isBusy, this);
        const command = runPending(call, original, this, args);
        if (isQueued && typeof command === 'object' && command !== null)
          attempt(connections.noteQueued, call, command);
        return command;
      },
  );
}

/** Patches getConnection of a pool; of a cluster namespace, which `delegates` to a pool's. */
export function patchGetConnection(instrument: Instrument, prototype: object, delegates: boolean): void {
  replaceMethod(
    prototype,
    'getConnection',
    (original) =>
      function getConnection(this: object, callback: Function) {
        if (wrappedCallbacks.has(callback) || (pendingCall !== undefined && delegates)) {
          return Reflect.apply(original, this, arguments);
        }
        const poolCall = pendingCall;
        pendingCall = undefined;
        const counts = attempt(countsOf, this as Pool);
        if (poolCall !== undefined) {
          poolCall.pool = counts;
          return original.call(this, wrapPoolCallback(poolCall, callback));
        }
        const call = beginCall(instrument, getConnection, this, ['connect']);
        if (call === undefined) return Reflect.apply(original, this, arguments);
        call.pool = counts;
        const wrapper = wrapConnectCallback(call, callback);
        return delegates ? runPending(call, original, this, [wrapper]) : original.call(this, wrapper);
      },
  );
}

/** Patches `start` of a class of commands, which sends the command. */
export function patchCommandStart(prototype: object): void {
  replaceMethod(
    prototype,
    'start',
    (original) =>
      function start(this: object, _packet: unknown, connection: unknown) {
        attempt(connections.startQueued, this, (connection as Connection | undefined)?.stream);
        return Reflect.apply(original, this, arguments);
      },
  );
}

/** True while a connection runs another command: the next one waits. */
function isBusy({ _command, _protocol }: Connection): boolean {
  return Boolean(_command) || (_protocol?._queue?.length ?? 0) > 0;
}

function countsOf(pool: Pool): PoolCounts | undefined {
  const { config, _allConnections, _freeConnections, _connectionQueue } = pool;
  if (_allConnections === undefined || _freeConnections === undefined) return undefined;
  const counts = {
    open: _allConnections.length,
    idle: _freeConnections.length,
    waiting: _connectionQueue?.length ?? 0,
  };
  // A limit of 0 is none.
  return config?.connectionLimit ? { max: config.connectionLimit, ...counts } : counts;
}

function sourceOf(library: string, connection: Connection): number {
  return connections.sourceNumber(connection, connection._pool, () => {
    const { host, port, socketPath, database, user } = connection.config ?? {};
    return `${library} ${host}:${socketPath ?? port}/${database} ${user}`;
  });
}

/** Patches `emit` of a command: events end its call, and listeners run in the call's request. */
export function patchCommandEmit(prototype: object): void {
  replaceMethod(
    prototype,
    'emit',
    (original) =>
      function emit(this: Command, type: string, value: unknown) {
        const call = calls.get(this);
        if (call === undefined) return Reflect.apply(original, this, arguments);
        pendingCall = undefined;
        attempt(recordEvent, call, this, type, value);
        return applyInRequest(call.request, original, this, arguments);
      },
  );
}

function recordEvent(call: TracedCall, command: Command, type: string, value: unknown): void {
  if (type === 'error') endMysqlCall(call, value);
  else if (type === 'result') call.rows = (call.rows ?? 0) + countRows(value);
  // With a callback the call ends when that is called.
  else if (type === 'end' && typeof (command.onResult ?? command._callback) !== 'function') {
    attempt(connections.noteStream, call);
    endMysqlCall(call, undefined, call.rows ?? 0);
  }
}

/** Marks a call as sent on a connection: the time waited for the connection is the call's wait. */
export function markSent(call: TracedCall, connection: Connection & object): void {
  const detail = call.info?.detail;
  setConnectionId(detail, connection.threadId);
  rememberConnection(call.instrument, connection, connection._pool);
  if (detail !== undefined) detail.source = sourceOf(call.instrument.library, connection);
  connections.takeWait(call, connection);
  call.socket = connection.stream ?? connection._socket;
  connections.countBytesFrom(call, call.socket);
}

/** Ends a call, with the SQL state of its error. */
export function endMysqlCall(call: TracedCall, error?: unknown, rows?: number, insertId?: unknown): void {
  const sqlState = attempt(sqlStateOf, error);
  endCall(call, error, rows, {
    ...connections.bytesFacts(call, call.socket),
    ...connections.insertIdFacts(insertId),
    ...(typeof sqlState === 'string' && { sqlState }),
  });
}

function sqlStateOf(error: unknown): unknown {
  return dataOf(error, 'sqlState');
}

/** Ties a command to a call: its end ends the call, and its callback runs in the call's request. */
export function attachCall(call: TracedCall, command: Command): void {
  calls.set(command, call);
  for (const key of ['onResult', '_callback'] as const) {
    const callback = command[key];
    if (typeof callback === 'function') command[key] = wrapCallback(call, callback, onResult);
  }
}

/** The call that a command is tied to. */
export const callOfCommand = (command: object): TracedCall | undefined => calls.get(command);

/** Runs a method of the driver with `call` pending, and ties the returned command to the call. */
function runPending(call: TracedCall, original: Function, self: object, args: ArrayLike<unknown>): unknown {
  pendingCall = call;
  try {
    const command: unknown = Reflect.apply(original, self, args);
    if (typeof command === 'object' && command !== null) {
      calls.set(command, call);
      if (call.info?.name === '') attempt(describeMade, call, command);
    }
    return command;
  } catch (error) {
    endMysqlCall(call, error);
    throw error;
  } finally {
    pendingCall = undefined;
  }
}

/** What the driver has read of a statement whose text is a getter: the command that it made. */
function describeMade(call: TracedCall, command: object): void {
  const sql = plainText(dataOf(command, 'sql'));
  if (!sql) return;
  describeCall(call, () => mysqlCallInfo(sql, dataOf(command, 'values'), call.self as Connection));
}

/** Arguments with their callback wrapped; a command object is tied to the call instead. */
function argumentsWithCallback(call: TracedCall, args: ArrayLike<unknown>): ArrayLike<unknown> {
  const list = Array.from(args);
  const at = list.findIndex((arg, i) => i > 0 && typeof arg === 'function');
  if (at > 0) list[at] = wrapCallback(call, list[at] as Function, onResult);
  else if (methodOf(list[0], 'emit') !== undefined) attachCall(call, list[0] as Command);
  return list;
}

function onResult(call: TracedCall, { 0: error, 1: result, 2: fields }: ArrayLike<unknown>): void {
  // Queries that the app makes in its callback are calls of their own.
  pendingCall = undefined;
  const { affectedRows, insertId } = (result ?? {}) as { affectedRows?: unknown; insertId?: unknown };
  endMysqlCall(call, error, rowsOf(result, fields), affectedRows === 1 ? insertId : undefined);
}

/** Wraps the callback that Pool#query passes to getConnection: it queries synchronously. */
function wrapPoolCallback(call: TracedCall, callback: Function): Function {
  const wrapper = function (this: unknown, error: unknown) {
    if (!error) {
      call.wait = now() - call.began;
      attempt(connections.tellPool, call, call.pool);
    }
    pendingCall = call;
    try {
      return applyInRequest(call.request, callback, this, arguments);
    } finally {
      pendingCall = undefined;
    }
  };
  wrappedCallbacks.add(wrapper);
  return wrapper;
}

/**
 * Wraps the app's callback for getConnection. The time becomes the wait of the first query on the
 * connection: the call has a span only while it runs and if it fails.
 */
function wrapConnectCallback(call: TracedCall, callback: Function): Function {
  const wrapper = bindToRequest(call.request, callback, ({ 0: error, 1: connection }) => {
    pendingCall = undefined;
    if (error || typeof connection !== 'object' || connection === null) return endCall(call, error);
    connections.noteWait(connection, call.request, call.began, call.pool);
    discardCall(call);
  });
  wrappedCallbacks.add(wrapper);
  return wrapper;
}

function rowsOf(result: unknown, fields: unknown): number | undefined {
  if (!Array.isArray(result)) return (result as { affectedRows?: number } | undefined)?.affectedRows;
  const multiple = Array.isArray(fields) && (fields[0] === undefined || Array.isArray(fields[0]));
  if (!multiple) return result.length;
  return result.reduce((sum, rows) => sum + (rowsOf(rows, undefined) ?? 0), 0);
}

/** Number of rows of a `result` event: 1 for a row, the affected rows for a header without rows. */
function countRows(result: unknown): number {
  const kind = (Object.getPrototypeOf(result ?? 0) as object | null)?.constructor?.name;
  if (kind !== 'OkPacket' && kind !== 'ResultSetHeader') return 1;
  return (result as { affectedRows: number }).affectedRows;
}

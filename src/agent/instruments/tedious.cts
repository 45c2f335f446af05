/** Instrument of tedious, and so of mssql: requests, prepared ones, bulk loads and transactions of SQL Server. */

import { beginCall, discardCall, endCall, runCall, type TracedCall, wrapCallback } from '../call/call.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import { attempt } from '../guard.cjs';
import { dataOf, listOf, methodOf, objectOf, ownData, plainText } from '../record/app-values.cjs';
import { serialize } from '../record/serialize.cjs';
import { maskNamedParams } from '../record/sql-params.cjs';
import { applyInRequest } from '../request/context.cjs';
import { watchStream } from '../request/streams.cjs';
import type { CallInfo, Instrument } from './instrument.cjs';
import * as connections from './shared/connections.cjs';

type Callback = (error: unknown, rowCount?: unknown) => void;
interface Request {
  callback?: Function;
}

/** Methods that send a request of the app's, whose callback they call. */
const METHODS = ['execSql', 'execSqlBatch', 'callProcedure', 'execute', 'prepare', 'execBulkLoad'];
const TRANSACTIONS: Record<string, string> = {
  beginTransaction: 'BEGIN TRANSACTION',
  commitTransaction: 'COMMIT TRANSACTION',
  rollbackTransaction: 'ROLLBACK TRANSACTION',
  saveTransaction: 'SAVE TRANSACTION',
};
// One more than are recorded.
const MAX_PARAMS = 1001;

/** Statements that mssql has prepared, by connection and number: it executes them by a procedure. */
const preparedTexts = new WeakMap<object, Map<unknown, string>>();
/** True while a method runs that sends requests of its own. */
let isInside = false;

export const tedious: Instrument = {
  library: 'tedious',
  versions: '>=15 <21',
  kind: 'sql',
  dialect: 'mssql',
  marker: 'Requests can only be made in the ',
  channel: 'scooby:tedious',
  describe,
  files: {
    'tedious/lib/connection.js': ({ prototype }: { prototype: object }) => {
      for (const method of METHODS)
        replaceMethod(prototype, method, (original) => wrapRequest(method, original));
      for (const [method, sql] of Object.entries(TRANSACTIONS))
        replaceMethod(prototype, method, (original) => wrapTransaction(sql, original));
    },
  },
};

function describe({ self, args }: TracedCall): CallInfo {
  const [method, request, values] = [plainText(args[0]), args[1], args[2]];
  const detail = connectionFacts(objectOf(self) ?? {});
  if (typeof request === 'string') return { name: request, detail };
  if (method === 'execBulkLoad')
    return { name: `INSERT BULK ${plainText(dataOf(request, 'table'))}`, detail };
  const text = plainText(dataOf(request, 'sqlTextOrProcedure')) ?? '[object]';
  const named = paramsOf(request, method === 'execute' ? values : undefined);
  const prepared = method === 'callProcedure' ? preparedOf(self as object, text, named) : undefined;
  if (prepared !== undefined) {
    const { sql, params } = prepared;
    if (params !== undefined) detail.params = maskNamedParams(sql, params, 'mssql');
    return { name: sql, detail };
  }
  const isProcedure = method === 'callProcedure';
  if (named !== undefined && method !== 'execSqlBatch' && method !== 'prepare')
    detail.params = isProcedure ? serialize(named) : maskNamedParams(text, named, 'mssql');
  return { name: isProcedure ? `EXEC ${text}` : text, detail };
}

/** Values by name: those of the request, or what a prepared one is executed with. */
function paramsOf(request: unknown, values: unknown): object | undefined {
  const params = listOf(dataOf(request, 'parameters') ?? [], MAX_PARAMS);
  if (params.length === 0) return undefined;
  const named = params.map((param) => {
    const name = plainText(dataOf(param, 'name')) ?? '';
    return [name, values === undefined ? dataOf(param, 'value') : dataOf(values, name)];
  });
  return Object.fromEntries(named) as object;
}

/** Statement that a procedure of mssql's prepares or executes, and the values of the app. */
function preparedOf(
  connection: object,
  procedure: string,
  named: object | undefined,
): { sql: string; params?: object } | undefined {
  if (procedure === 'sp_prepare') return { sql: plainText(dataOf(named, 'stmt')) ?? '[object]' };
  if (procedure !== 'sp_execute') return undefined;
  const { handle, ...params } = named as { handle?: unknown };
  const sql = preparedTexts.get(connection)?.get(handle);
  return sql === undefined ? undefined : { sql, params };
}

/** Notes a statement that mssql has prepared on a connection. */
export function notePrepared(connection: object, handle: unknown, sql: string): void {
  let texts = preparedTexts.get(connection);
  if (texts === undefined) preparedTexts.set(connection, (texts = new Map()));
  if (texts.size >= MAX_PARAMS) texts.clear();
  texts.set(handle, sql);
}

function connectionFacts(connection: object): Record<string, unknown> {
  return {
    // SQL Server tells its number of a session only to who asks for it.
    connection: connections.connectionNumber(connection),
    source: connections.sourceNumber(connection, undefined, () => {
      const config = dataOf(connection, 'config');
      const options = dataOf(config, 'options');
      const [server, port, database] = [
        dataOf(config, 'server'),
        dataOf(options, 'port'),
        dataOf(options, 'database'),
      ].map(plainText);
      return `tedious ${server}:${port}/${database}`;
    }),
  };
}

/** The callback is the request's own: it is another while the request runs, as one may run many times. */
function wrapRequest(method: string, original: Function): Function {
  return function send(this: object, ...args: unknown[]) {
    const request = args[0] as Request;
    const callback = attempt(ownData, request, 'callback');
    const procedure = method === 'callProcedure' ? attempt(dataOf, request, 'sqlTextOrProcedure') : undefined;
    if (isInside || typeof callback !== 'function' || procedure === 'sp_unprepare')
      return Reflect.apply(original, this, args);
    const isPreparing = method === 'prepare' || procedure === 'sp_prepare';
    const call = beginCall(tedious, send, this, [method, ...args]);
    if (call === undefined) return Reflect.apply(original, this, args);
    attempt(noteSent, call, this);
    // What is prepared is seen when it is executed.
    const end: Callback = (error, rowCount) =>
      isPreparing && !error ? discardCall(call) : endSent(call, this, error, rowCount);
    attempt(() => {
      request.callback = function (this: unknown, error: unknown, rowCount: unknown) {
        request.callback = callback;
        attempt(end, error, rowCount);
        // A request that cannot be sent calls it before the method returns.
        isInside = false;
        return applyInRequest(call.request, callback, this, arguments);
      };
      if (methodOf(request, 'emit') !== undefined) watchStream(request, call.request, () => {});
    });
    return runInside(call, original, this, args);
  };
}

function wrapTransaction(sql: string, original: Function): Function {
  return function transact(this: object, ...args: unknown[]) {
    const [callback] = args;
    if (isInside || typeof callback !== 'function') return Reflect.apply(original, this, args);
    const call = beginCall(tedious, transact, this, [sql, sql]);
    if (call === undefined) return Reflect.apply(original, this, args);
    attempt(noteSent, call, this);
    args[0] = wrapCallback(call, callback, (_call, { 0: error }) => endSent(call, this, error));
    return runInside(call, original, this, args);
  };
}

/** A bulk load sends its statement as a batch, older transactions are batches. */
function runInside(call: TracedCall, original: Function, self: object, args: unknown[]): unknown {
  isInside = true;
  try {
    return runCall(call, original, self, args);
  } finally {
    isInside = false;
  }
}

function noteSent(call: TracedCall, connection: object): void {
  connections.takeWait(call, connection);
  connections.countBytesFrom(call, dataOf(connection, 'socket'));
}

function endSent(call: TracedCall, connection: object, error: unknown, rowCount?: unknown): void {
  const bytes = connections.bytesFacts(call, dataOf(connection, 'socket'));
  endCall(call, error, !error && typeof rowCount === 'number' ? rowCount : undefined, bytes);
}

/** What mysql and mysql2 have in common: pools and clusters that query in the user's name, and commands that emit. */

import {
  beginCall,
  bindToRequest,
  discardCall,
  endCall,
  type TracedCall,
  wrapCallback,
} from '../../call/call.cjs';
import { replaceMethod } from '../../call/wrap.cjs';
import { mysqlConnections } from '../../explain/mysql.cjs';
import { rememberConnection as noteSource } from '../../explain/runner.cjs';
import { maskNamedParams, maskParams } from '../../record/sql-params.cjs';
import { applyInRequest } from '../../request/context.cjs';
import { now, type TracedRequest } from '../../request/traced-request.cjs';
import type { CallInfo, Instrument } from '../instrument.cjs';

type Callback = 'onResult' | '_callback';
type Command = { [key in Callback]?: unknown };
type Connection = { threadId?: unknown; _pool?: object | null };
interface Statement {
  sql?: unknown;
  values?: unknown;
}

/** What their instruments say alike of both. */
export const facts = {
  dialect: 'mysql',
  explain: 'mysql',
  connections: mysqlConnections,
} satisfies Partial<Instrument>;

/** The call that the driver is making for the user: Pool#query connects, and then queries, in the user's name. */
let handed: TracedCall | undefined;
/** Answers that call. */
export const pendingPoolCall = (): TracedCall | undefined => handed;

const calls = new WeakMap<object, TracedCall>();
/** Connections that a request waited for, until its first query on them. */
const waits = new WeakMap<object, { ms: number; request: TracedRequest | undefined }>();
/** Callbacks that a pool puts off by calling its own getConnection with them again. */
const waiting = new WeakSet<Function>();

/** Answers the statement as the user wrote it, with its values. */
export function describeMysqlCall({ self, args }: TracedCall): CallInfo {
  const given = args[0] as string | Statement;
  const name = String(typeof given === 'string' ? given : (given?.sql ?? ''));
  const values = typeof args[1] === 'function' ? undefined : args[1];
  return mysqlCallInfo(name, values ?? (given as Statement | null)?.values, self as Connection);
}

/** Answers a statement with its values, and the server's id of the connection: those of one transaction share it. */
export function mysqlCallInfo(name: string, values: unknown, { threadId }: Connection): CallInfo {
  const detail: Record<string, unknown> = {};
  if (Array.isArray(values)) detail.params = maskParams(name, values);
  else if (typeof values === 'object' && values !== null) detail.params = maskNamedParams(name, values);
  else if (values !== undefined && values !== null) detail.params = maskParams(name, [values]);
  noteConnection(detail, threadId);
  return { name, detail };
}

function noteConnection(detail: Record<string, unknown> | undefined, threadId: unknown): void {
  if (detail !== undefined && typeof threadId === 'number') detail.connection = threadId;
}

/** Patches what connects first: `query` and `execute` of a pool or of the part of a cluster. */
export function patchPoolQuery(instrument: Instrument, prototype: object, method: string): void {
  replaceMethod(
    prototype,
    method,
    (original) =>
      function query(this: object) {
        // A cluster that tries its next server.
        if (handed !== undefined) return Reflect.apply(original, this, arguments);
        const call = beginCall(instrument, query, this, arguments);
        if (call === undefined) return Reflect.apply(original, this, arguments);
        return making(call, original, this, answeringIn(call, arguments));
      },
  );
}

/** Patches `query` and `execute` of a connection. */
export function patchConnectionQuery(instrument: Instrument, prototype: object, method: string): void {
  replaceMethod(
    prototype,
    method,
    (original) =>
      function query(this: object) {
        const carried = handed;
        const call = carried ?? beginCall(instrument, query, this, arguments);
        if (call === undefined) return Reflect.apply(original, this, arguments);
        noteSent(call, this);
        return making(call, original, this, carried ? arguments : answeringIn(call, arguments));
      },
  );
}

/** Patches getConnection: of a pool, or of the part of a cluster, which goes `through` to a pool's. */
export function patchGetConnection(instrument: Instrument, prototype: object, through: boolean): void {
  replaceMethod(
    prototype,
    'getConnection',
    (original) =>
      function getConnection(this: object, callback: Function) {
        if (waiting.has(callback) || (handed !== undefined && through)) {
          return Reflect.apply(original, this, arguments);
        }
        const carried = handed;
        handed = undefined;
        if (carried !== undefined) return original.call(this, handingOn(carried, callback));
        const call = beginCall(instrument, getConnection, this, ['connect']);
        if (call === undefined) return Reflect.apply(original, this, arguments);
        const ours = connecting(call, callback);
        return through ? making(call, original, this, [ours]) : original.call(this, ours);
      },
  );
}

/** Patches the class of a command: it tells when it is over, and its listeners run in the request that made it. */
export function patchCommandEmit(prototype: object): void {
  replaceMethod(
    prototype,
    'emit',
    (original) =>
      function emit(this: Command, type: string, given: unknown) {
        const call = calls.get(this);
        if (call === undefined) return Reflect.apply(original, this, arguments);
        handed = undefined;
        if (type === 'error') endMysqlCall(call, given);
        else if (type === 'result') call.rows = (call.rows ?? 0) + rowsIn(given);
        // With a callback the answer is what that is told.
        else if (type === 'end' && typeof (this.onResult ?? this._callback) !== 'function') {
          endMysqlCall(call, undefined, call.rows ?? 0);
        }
        return applyInRequest(call.request, original, this, arguments);
      },
  );
}

/** The call's command goes out on this connection: what was waited for it counts as the call's wait. */
export function noteSent(call: TracedCall, connection: Connection & object): void {
  noteConnection(call.info?.detail, connection.threadId);
  noteSource(call.instrument, connection, connection._pool);
  const wait = waits.get(connection);
  if (wait === undefined) return;
  waits.delete(connection);
  if (wait.request !== call.request) return;
  call.wait = wait.ms;
  call.began -= wait.ms;
}

/** The call is over. */
export function endMysqlCall(call: TracedCall, error?: unknown, rows?: number): void {
  const sqlState = (error as { sqlState?: unknown } | undefined | null)?.sqlState;
  endCall(call, error, rows, typeof sqlState === 'string' ? { sqlState } : undefined);
}

/** The command is the call's: it ends with it, and its callback runs in its request. */
export function attachCall(call: TracedCall, command: Command): void {
  calls.set(command, call);
  for (const key of ['onResult', '_callback'] as const) {
    const callback = command[key];
    if (typeof callback === 'function') command[key] = wrapCallback(call, callback, answered);
  }
}

/** Answers the call of a command. */
export const callOfCommand = (command: object): TracedCall | undefined => calls.get(command);

/** Answers what the driver answers to the call. */
function making(call: TracedCall, original: Function, self: object, args: ArrayLike<unknown>): unknown {
  handed = call;
  try {
    const command: unknown = Reflect.apply(original, self, args);
    if (typeof command === 'object' && command !== null) calls.set(command, call);
    return command;
  } catch (error) {
    endMysqlCall(call, error);
    throw error;
  } finally {
    handed = undefined;
  }
}

/** Answers the arguments with the callback among them, or that of the command among them, told to be the call's. */
function answeringIn(call: TracedCall, args: ArrayLike<unknown>): ArrayLike<unknown> {
  const given = Array.from(args);
  const at = given.findIndex((one, i) => i > 0 && typeof one === 'function');
  if (at > 0) given[at] = wrapCallback(call, given[at] as Function, answered);
  else if (typeof (given[0] as { emit?: unknown })?.emit === 'function')
    attachCall(call, given[0] as Command);
  return given;
}

function answered(call: TracedCall, { 0: error, 1: result, 2: fields }: ArrayLike<unknown>): void {
  // What the app asks for in its callback is its own.
  handed = undefined;
  endMysqlCall(call, error, rowsOf(result, fields));
}

/** Answers the pool's own callback, which queries at once on the connection that it is given. */
function handingOn(call: TracedCall, callback: Function): Function {
  const ours = function (this: unknown, error: unknown) {
    if (!error) call.wait = now() - call.began;
    handed = call;
    try {
      return applyInRequest(call.request, callback, this, arguments);
    } finally {
      handed = undefined;
    }
  };
  waiting.add(ours);
  return ours;
}

/** A connection that the user asks for is the wait of its first query; a call of its own while it lasts, and where it fails. */
function connecting(call: TracedCall, callback: Function): Function {
  const ours = bindToRequest(call.request, callback, ({ 0: error, 1: connection }) => {
    handed = undefined;
    if (error || typeof connection !== 'object' || connection === null) return endCall(call, error);
    waits.set(connection, { ms: now() - call.began, request: call.request });
    discardCall(call);
  });
  waiting.add(ours);
  return ours;
}

function rowsOf(result: unknown, fields: unknown): number | undefined {
  if (!Array.isArray(result)) return (result as { affectedRows?: number } | undefined)?.affectedRows;
  const several = Array.isArray(fields) && (fields[0] === undefined || Array.isArray(fields[0]));
  if (!several) return result.length;
  return result.reduce((sum, one) => sum + (rowsOf(one, undefined) ?? 0), 0);
}

/** A row counts as one, the header that a statement without rows is answered with as many as it changed. */
function rowsIn(result: unknown): number {
  const kind = (Object.getPrototypeOf(result ?? 0) as object | null)?.constructor?.name;
  if (kind !== 'OkPacket' && kind !== 'ResultSetHeader') return 1;
  return (result as { affectedRows: number }).affectedRows;
}

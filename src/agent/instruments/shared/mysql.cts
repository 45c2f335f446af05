/** What mysql and mysql2 have in common: pools and clusters that query in the user's name, and commands that emit. */

import { answering, begin, bound, type Call, end, withdraw } from '../../call/call.cjs';
import { replace } from '../../call/wrap.cjs';
import { mysqlSource } from '../../explain/mysql.cjs';
import { noteConnection as noteSource } from '../../explain/runner.cjs';
import { maskedNamed, maskedParams } from '../../record/sql-params.cjs';
import { applyIn } from '../../request/context.cjs';
import { now, type Request } from '../../request/traced-request.cjs';
import type { Instrument, Speech } from '../instrument.cjs';

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
  connections: mysqlSource,
} satisfies Partial<Instrument>;

/** The call that the driver is making for the user: Pool#query connects, and then queries, in the user's name. */
let handed: Call | undefined;
/** Answers that call. */
export const handedCall = (): Call | undefined => handed;

const calls = new WeakMap<object, Call>();
/** Connections that a request waited for, until its first query on them. */
const waits = new WeakMap<object, { ms: number; request: Request | undefined }>();
/** Callbacks that a pool puts off by calling its own getConnection with them again. */
const waiting = new WeakSet<Function>();

/** Answers the statement as the user wrote it, with its values. */
export function describe({ self, args }: Call): Speech {
  const given = args[0] as string | Statement;
  const name = String(typeof given === 'string' ? given : (given?.sql ?? ''));
  const values = typeof args[1] === 'function' ? undefined : args[1];
  return speech(name, values ?? (given as Statement | null)?.values, self as Connection);
}

/** Answers a statement with its values, and the server's id of the connection: those of one transaction share it. */
export function speech(name: string, values: unknown, { threadId }: Connection): Speech {
  const detail: Record<string, unknown> = {};
  if (Array.isArray(values)) detail.params = maskedParams(name, values);
  else if (typeof values === 'object' && values !== null) detail.params = maskedNamed(name, values);
  else if (values !== undefined && values !== null) detail.params = maskedParams(name, [values]);
  noteConnection(detail, threadId);
  return { name, detail };
}

function noteConnection(detail: Record<string, unknown> | undefined, threadId: unknown): void {
  if (detail !== undefined && typeof threadId === 'number') detail.connection = threadId;
}

/** Patches what connects first: `query` and `execute` of a pool or of the part of a cluster. */
export function patchPooled(instrument: Instrument, prototype: object, method: string): void {
  replace(
    prototype,
    method,
    (original) =>
      function query(this: object) {
        // A cluster that tries its next server.
        if (handed !== undefined) return Reflect.apply(original, this, arguments);
        const call = begin(instrument, query, this, arguments);
        if (call === undefined) return Reflect.apply(original, this, arguments);
        return making(call, original, this, answeringIn(call, arguments));
      },
  );
}

/** Patches `query` and `execute` of a connection. */
export function patchConnected(instrument: Instrument, prototype: object, method: string): void {
  replace(
    prototype,
    method,
    (original) =>
      function query(this: object) {
        const carried = handed;
        const call = carried ?? begin(instrument, query, this, arguments);
        if (call === undefined) return Reflect.apply(original, this, arguments);
        sends(call, this);
        return making(call, original, this, carried ? arguments : answeringIn(call, arguments));
      },
  );
}

/** Patches getConnection: of a pool, or of the part of a cluster, which goes `through` to a pool's. */
export function patchConnect(instrument: Instrument, prototype: object, through: boolean): void {
  replace(
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
        const call = begin(instrument, getConnection, this, ['connect']);
        if (call === undefined) return Reflect.apply(original, this, arguments);
        const ours = connecting(call, callback);
        return through ? making(call, original, this, [ours]) : original.call(this, ours);
      },
  );
}

/** Patches the class of a command: it tells when it is over, and its listeners run in the request that made it. */
export function patchEmit(prototype: object): void {
  replace(
    prototype,
    'emit',
    (original) =>
      function emit(this: Command, type: string, given: unknown) {
        const call = calls.get(this);
        if (call === undefined) return Reflect.apply(original, this, arguments);
        handed = undefined;
        if (type === 'error') over(call, given);
        else if (type === 'result') call.rows = (call.rows ?? 0) + rowsIn(given);
        // With a callback the answer is what that is told.
        else if (type === 'end' && typeof (this.onResult ?? this._callback) !== 'function') {
          over(call, undefined, call.rows ?? 0);
        }
        return applyIn(call.request, original, this, arguments);
      },
  );
}

/** The call's command goes out on this connection: what was waited for it counts as the call's wait. */
export function sends(call: Call, connection: Connection & object): void {
  noteConnection(call.speech?.detail, connection.threadId);
  noteSource(call.instrument, connection, connection._pool);
  const wait = waits.get(connection);
  if (wait === undefined) return;
  waits.delete(connection);
  if (wait.request !== call.request) return;
  call.wait = wait.ms;
  call.began -= wait.ms;
}

/** The call is over. */
export function over(call: Call, error?: unknown, rows?: number): void {
  const sqlState = (error as { sqlState?: unknown } | undefined | null)?.sqlState;
  end(call, error, rows, typeof sqlState === 'string' ? { sqlState } : undefined);
}

/** The command is the call's: it ends with it, and its callback runs in its request. */
export function carry(call: Call, command: Command): void {
  calls.set(command, call);
  for (const key of ['onResult', '_callback'] as const) {
    const callback = command[key];
    if (typeof callback === 'function') command[key] = answering(call, callback, answered);
  }
}

/** Answers the call of a command. */
export const callOf = (command: object): Call | undefined => calls.get(command);

/** Answers what the driver answers to the call. */
function making(call: Call, original: Function, self: object, args: ArrayLike<unknown>): unknown {
  handed = call;
  try {
    const command: unknown = Reflect.apply(original, self, args);
    if (typeof command === 'object' && command !== null) calls.set(command, call);
    return command;
  } catch (error) {
    over(call, error);
    throw error;
  } finally {
    handed = undefined;
  }
}

/** Answers the arguments with the callback among them, or that of the command among them, told to be the call's. */
function answeringIn(call: Call, args: ArrayLike<unknown>): ArrayLike<unknown> {
  const given = Array.from(args);
  const at = given.findIndex((one, i) => i > 0 && typeof one === 'function');
  if (at > 0) given[at] = answering(call, given[at] as Function, answered);
  else if (typeof (given[0] as { emit?: unknown })?.emit === 'function') carry(call, given[0] as Command);
  return given;
}

function answered(call: Call, { 0: error, 1: result, 2: fields }: ArrayLike<unknown>): void {
  // What the app asks for in its callback is its own.
  handed = undefined;
  over(call, error, rowsOf(result, fields));
}

/** Answers the pool's own callback, which queries at once on the connection that it is given. */
function handingOn(call: Call, callback: Function): Function {
  const ours = function (this: unknown, error: unknown) {
    if (!error) call.wait = now() - call.began;
    handed = call;
    try {
      return applyIn(call.request, callback, this, arguments);
    } finally {
      handed = undefined;
    }
  };
  waiting.add(ours);
  return ours;
}

/** A connection that the user asks for is the wait of its first query; a call of its own while it lasts, and where it fails. */
function connecting(call: Call, callback: Function): Function {
  const ours = bound(call.request, callback, ({ 0: error, 1: connection }) => {
    handed = undefined;
    if (error || typeof connection !== 'object' || connection === null) return end(call, error);
    waits.set(connection, { ms: now() - call.began, request: call.request });
    withdraw(call);
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

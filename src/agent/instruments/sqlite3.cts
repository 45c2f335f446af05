/** Instrument of sqlite3: statements of its databases, which run in threads and end in callbacks. */

import { types } from 'node:util';
import { beginCall, discardCall, endCall, runCall, type TracedCall } from '../call/call.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import { sqlite3Connections } from '../explain/libsql.cjs';
import { rememberConnection } from '../explain/runner.cjs';
import { attempt } from '../guard.cjs';
import { dataOf, listOf, methodOf, objectOf, plainText } from '../record/app-values.cjs';
import { applyInRequest } from '../request/context.cjs';
import { state } from '../run-config.cjs';
import type { CallInfo, Instrument } from './instrument.cjs';
import * as connections from './shared/connections.cjs';
import { boundParams, noteBound, setBound, sqliteParams } from './shared/sqlite.cjs';

type Exports = Record<'Database' | 'Statement', { prototype: object }>;

/** What a method is asked for, and the statement that it makes of it. */
interface Asked {
  method: string;
  statement: object | undefined;
}

const METHODS = ['run', 'get', 'all', 'each', 'map'];
/** Statements after which a database knows how many rows have changed. */
const WRITES = /^\s*(?:insert|update|delete|replace|with)\b/i;
// One more than are recorded.
const MAX_PARAMS = 1001;

/** Databases by the statements that the app has prepared. */
const databases = new WeakMap<object, object>();
/** The method of a database that runs: it makes a statement and calls that. */
let running: Asked | undefined;

export const sqlite3: Instrument = {
  library: 'sqlite3',
  versions: '>=5 <7',
  kind: 'sql',
  dialect: 'sqlite',
  explain: 'sqlite',
  connections: sqlite3Connections,
  channel: 'scooby:sqlite3',
  describe,
  files: {
    'sqlite3/lib/sqlite3.js': ({ Database, Statement }: Exports) => {
      for (const method of METHODS) {
        replaceMethod(Database.prototype, method, (original) => wrapMethod(method, original));
        replaceMethod(Statement.prototype, method, (original) => wrapMethod(method, original));
      }
      replaceMethod(Database.prototype, 'exec', (original) => wrapMethod('exec', original));
      replaceMethod(Database.prototype, 'prepare', wrapPrepare);
      replaceMethod(Statement.prototype, 'bind', wrapBind);
    },
  },
};

function describe({ self, args }: TracedCall): CallInfo {
  const own = dataOf(self, 'sql');
  const database = own === undefined ? objectOf(self) : databases.get(self as object);
  const name = plainText(own ?? args[0]) ?? '[object]';
  const values = valuesOf(args);
  if (own === undefined) values.shift();
  const detail: Record<string, unknown> = {};
  const params =
    values.length > 0 ? sqliteParams(name, values.map(withoutSigns)) : boundParams(self as object);
  if (params !== undefined) detail.params = params;
  if (database !== undefined) {
    detail.source = connections.sourceNumber(database, undefined, databaseOf);
    rememberConnection(sqlite3, database);
  }
  return { name, detail };
}

/** Arguments without callbacks. */
function valuesOf(args: ArrayLike<unknown>): unknown[] {
  return listOf(args, MAX_PARAMS).filter((value) => typeof value !== 'function');
}

function databaseOf(database: object): string {
  return `sqlite3 ${plainText(dataOf(database, 'filename'))}`;
}

/** Named values have the sign of their placeholder: `$id`. */
function withoutSigns(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || types.isProxy(value)) return value;
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  const names = Object.keys(value).slice(0, MAX_PARAMS);
  return Object.fromEntries(names.map((name) => [name.replace(/^[$:@]/, ''), dataOf(value, name)]));
}

function wrapMethod(method: string, original: Function): Function {
  return function ask(this: object, ...args: unknown[]) {
    if (running !== undefined) {
      running.statement ??= this;
      return Reflect.apply(original, this, args);
    }
    const call = beginCall(sqlite3, ask, this, [...args]);
    if (databases.has(this)) attempt(keepBound, this, args, call);
    if (call === undefined) return Reflect.apply(original, this, args);
    const asked: Asked = { method, statement: undefined };
    attempt(addCallbacks, call, asked, args);
    running = asked;
    try {
      return runCall(call, original, this, args);
    } finally {
      running = undefined;
    }
  };
}

/** Each statement ends in a callback, which is added where the app passes none. */
function addCallbacks(call: TracedCall, asked: Asked, args: unknown[]): void {
  const callbacks = args.filter((arg) => typeof arg === 'function');
  const at = args.length - callbacks.length;
  const last = args.at(-1);
  if (asked.method === 'each') return addRowCallbacks(call, args, at);
  if (callbacks.length === 0) args.push(endAlone(call, asked));
  else if (typeof last === 'function')
    args[args.length - 1] = function (this: object, error: unknown, result: unknown) {
      attempt(end, call, asked, this, error, result);
      return applyInRequest(call.request, last, this, arguments);
    };
}

/** Without a callback an error is an event of the statement, or of the database that executes a script. */
function endAlone(call: TracedCall, asked: Asked): Function {
  return function (this: object | undefined, error: unknown, result: unknown) {
    attempt(end, call, asked, this, error, result);
    if (!error) return;
    const emitter = asked.statement ?? (call.self as object);
    applyInRequest(call.request, methodOf(emitter, 'emit')!, emitter, ['error', error]);
  };
}

/** A callback for each row, and one for the end, which is added where the app has the first alone. */
function addRowCallbacks(call: TracedCall, args: unknown[], at: number): void {
  const [onRow, onEnd] = [args[at], args[at + 1]] as (Function | undefined)[];
  let rows = 0;
  attempt(connections.noteStream, call);
  args[at] = function (this: object, error: unknown) {
    if (error) attempt(endCall, call, error);
    else rows++;
    return onRow === undefined ? undefined : applyInRequest(call.request, onRow, this, arguments);
  };
  args[at + 1] = function (this: object, error: unknown) {
    attempt(endCall, call, error, error ? undefined : rows);
    // A statement that cannot be prepared calls the last.
    const callback = onEnd ?? (error ? onRow : undefined);
    return callback === undefined ? undefined : applyInRequest(call.request, callback, this, arguments);
  };
}

function end(
  call: TracedCall,
  { method }: Asked,
  statement: object | undefined,
  error: unknown,
  result: unknown,
): void {
  if (error) return endCall(call, error);
  if (method === 'all')
    return endCall(call, undefined, listLength(result), connections.estimatedBytes(result));
  if (method === 'get')
    return endCall(call, undefined, result === undefined ? 0 : 1, connections.estimatedBytes([result]));
  if (method === 'map') return endCall(call, undefined, Object.keys((result ?? {}) as object).length);
  const name = call.info?.name ?? '';
  const changes = method === 'run' && WRITES.test(name) ? dataOf(statement, 'changes') : undefined;
  const isInsert = changes === 1 && /^\s*insert/i.test(name);
  const facts = isInsert ? connections.insertIdFacts(dataOf(statement, 'lastID')) : undefined;
  endCall(call, undefined, typeof changes === 'number' ? changes : undefined, facts);
}

function listLength(list: unknown): number | undefined {
  return Array.isArray(list) ? list.length : undefined;
}

/** What is prepared is seen when it is asked for; what cannot be is the error of a call. */
function wrapPrepare(original: Function): Function {
  return function prepare(this: object, ...args: unknown[]) {
    const last = args.at(-1);
    const call = typeof last === 'function' ? beginCall(sqlite3, prepare, this, [args[0]]) : undefined;
    if (call !== undefined)
      args[args.length - 1] = function (this: object, error: unknown) {
        if (error) attempt(endCall, call, error);
        else discardCall(call);
        return applyInRequest(call.request, last as Function, this, arguments);
      };
    const statement: unknown = Reflect.apply(original, this, args);
    attempt(() => databases.set(statement as object, this));
    attempt(noteValues, statement as object, args.slice(1));
    return statement;
  };
}

/** Values stay bound to a statement, for its calls without any, until others are. */
function noteValues(statement: object, args: unknown[]): void {
  if (state.recording === 'off') return;
  const values = valuesOf(args);
  if (values.length > 0)
    noteBound(statement, plainText(dataOf(statement, 'sql')) ?? '', values.map(withoutSigns));
}

/** Keeps the values of a call, masked for it already; those of one that is not recorded are not known. */
function keepBound(statement: object, args: unknown[], call: TracedCall | undefined): void {
  if (args.length === 0 || typeof args[0] === 'function') return;
  setBound(statement, call?.info?.detail?.params);
}

function wrapBind(original: Function): Function {
  return function bind(this: object, ...args: unknown[]) {
    attempt(noteValues, this, args);
    return Reflect.apply(original, this, args);
  };
}

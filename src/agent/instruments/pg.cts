/** Instrument of pg and pg-native: Pool#query, Pool#connect, Client#query and submittables. */

import {
  beginCall,
  bindToRequest,
  discardCall,
  endCall,
  type PoolCounts,
  type TracedCall,
} from '../call/call.cjs';
import { currentCallSite } from '../call/call-site.cjs';
import { bindDeferred } from '../call/deferred.cjs';
import { observePromise } from '../call/observe-promise.cjs';
import { methodOwner, replaceMethod } from '../call/wrap.cjs';
import { pgConnections } from '../explain/pg.cjs';
import { rememberConnection } from '../explain/runner.cjs';
import { attempt } from '../guard.cjs';
import { dataOf, isList, methodOf, ownData, plainText } from '../record/app-values.cjs';
import { maskParams } from '../record/sql-params.cjs';
import { describeCall } from '../record/value-budget.cjs';
import { applyInRequest, currentRequest } from '../request/context.cjs';
import { now } from '../request/traced-request.cjs';
import type { CallArguments, CallInfo, Instrument } from './instrument.cjs';
import * as connections from './shared/connections.cjs';

interface Submittable {
  text?: string;
  values?: unknown[];
  cursor?: Submittable;
  callback?: unknown;
}
type Result = { rowCount?: number | null } | undefined;
type DriverQuery = { text?: string; values?: unknown; name?: unknown };
interface Client {
  processID?: unknown;
  _Promise?: Function;
  host?: unknown;
  port?: unknown;
  database?: unknown;
  user?: unknown;
  connection?: { stream?: unknown };
  /** Queries that wait; `queryQueue` before 8.16. */
  _queryQueue?: object[];
  queryQueue?: object[];
}
interface Pool {
  Promise?: unknown;
  options?: { max?: number };
  _clients?: unknown[];
  _idle?: unknown[];
  _pendingQueue?: unknown[];
}

// Bound at load, before an app replaces it by a library's, whose handlers run where it is resolved.
const NativePromise = Promise;

/** The call that the driver executes in this tick: Pool#query runs connect and query for it. */
let pendingCall: TracedCall | undefined;
const submittedCalls = new WeakMap<object, TracedCall>();

export const pg: Instrument = {
  library: 'pg',
  versions: '>=8 <9',
  kind: 'sql',
  dialect: 'pg',
  explain: 'postgres',
  connections: pgConnections,
  marker: 'Client has already been connected. You cannot reuse a client.',
  channel: 'scooby:pg',
  describe: describePg,
  files: {
    'pg-pool/index.js': (Pool: { prototype: object }) => patchPgPool(pg, Pool.prototype),
    'pg/lib/client.js': (Client: { prototype: object }) => patchPgClient(pg, Client.prototype),
    'pg/lib/native/client.js': (Client: { prototype: object }) => patchPgClient(pg, Client.prototype),
    // Queries that waited in the queue of their client are submitted later.
    'pg/lib/query.js': patchPgSubmit,
    'pg/lib/native/query.js': patchPgSubmit,
    'pg-cursor/index.js': (Cursor: { prototype: object }) => {
      patchSubmittable(Cursor.prototype);
      // The connection calls these callbacks itself, not through the handlers of the cursor.
      for (const method of ['read', 'close']) replaceMethod(Cursor.prototype, method, wrapCursorMethod);
    },
  },
};

/** Patches the class of pools, of pg or of a package that bundles it. */
export function patchPgPool(instrument: Instrument, prototype: object): void {
  replaceMethod(prototype, 'query', (original) => wrapPoolQuery(instrument, original));
  replaceMethod(prototype, 'connect', (original) => wrapPoolConnect(instrument, original));
}

/** Patches the class of clients. */
export function patchPgClient(instrument: Instrument, prototype: object): void {
  replaceMethod(prototype, 'query', (original) => wrapQuery(instrument, original));
}

/** Name and details of a query of a client or a pool, from its arguments. */
export function describePg({ self, args }: CallArguments): CallInfo {
  const config = args[0];
  if (typeof config === 'string') return callInfoOf(self, config, args[1]);
  const query = dataOf(config, 'cursor') ?? config;
  const text = plainText(dataOf(query, 'text')) ?? '';
  return callInfoOf(self, text, dataOf(query, 'values') ?? args[1], dataOf(config, 'name'));
}

function callInfoOf(client: unknown, name: string, values: unknown, prepared?: unknown): CallInfo {
  const detail: Record<string, unknown> = {};
  if (isList(values)) detail.params = maskParams(name, values, 'pg');
  if (typeof prepared === 'string') detail.prepared = prepared;
  setConnectionId(detail, client as Client);
  return { name, detail };
}

/** What the driver has read of a config whose text is a getter: the query that it made last. */
function recordMade(call: TracedCall, client: Client): void {
  if (call.info?.name !== '' || typeof call.args[0] === 'string') return;
  const made = lastQueryOf(client);
  const text = plainText(made?.text);
  if (text) describeCall(call, () => callInfoOf(client, text, made!.values, made!.name));
}

/** The newest of the queries that wait, are sent, or run. */
function lastQueryOf(client: Client): DriverQuery | undefined {
  for (const queue of ['_queryQueue', 'queryQueue', '_sentQueryQueue']) {
    const last = (ownData(client, queue) as DriverQuery[] | undefined)?.at(-1);
    if (last !== undefined) return last;
  }
  // The version's other property is a getter, which warns.
  return (ownData(client, '_activeQuery') ?? ownData(client, 'activeQuery')) as DriverQuery | undefined;
}

/** Records the server's process id, which statements of one transaction share. */
function setConnectionId(detail: Record<string, unknown> | undefined, client: Client): void {
  if (detail !== undefined && typeof client.processID === 'number') detail.connection = client.processID;
}

function sourceOf(client: Client, pool?: object): number {
  return connections.sourceNumber(client, pool, databaseOf);
}

function databaseOf({ host, port, database, user }: Client): string {
  return `pg ${host}:${port}/${database} ${user}`;
}

function countsOf(pool: Pool): PoolCounts | undefined {
  const { options, _clients, _idle, _pendingQueue } = pool;
  if (_clients === undefined || _idle === undefined) return undefined;
  const max = options?.max;
  const open = _clients.length;
  const idle = _idle.length;
  const waiting = _pendingQueue?.length ?? 0;
  return max === undefined ? { open, idle, waiting } : { max, open, idle, waiting };
}

function wrapPoolQuery(instrument: Instrument, original: Function): Function {
  return function query(this: unknown) {
    const call = beginCall(instrument, query, this, arguments);
    if (call === undefined) return Reflect.apply(original, this, arguments);
    attempt(notePool, call, this as Pool);
    pendingCall = call;
    try {
      return Reflect.apply(original, this, arguments);
    } finally {
      pendingCall = undefined;
    }
  };
}

function notePool(call: TracedCall, pool: Pool): void {
  call.hasCallback = hasCallback(pool, call.args);
  call.pool = countsOf(pool);
}

/** Whether a query may end in code that has the context of the driver: a promise of Node's has its own. */
function hasCallback(pool: Pool, args: ArrayLike<unknown>): boolean {
  if (pool.Promise !== NativePromise) return true;
  for (let i = 0; i < args.length; i++) if (typeof args[i] === 'function') return true;
  return false;
}

function wrapPoolConnect(instrument: Instrument, original: Function): Function {
  return function connect(this: object, callback?: unknown) {
    const call = pendingCall;
    pendingCall = undefined;
    if (call !== undefined)
      return original.call(this, attempt(wrapPoolCallback, call, callback as Function) ?? callback);
    return recordConnect(instrument, original, connect, this, arguments);
  };
}

/** Wraps the callback that Pool#query passes to connect: it queries synchronously. */
function wrapPoolCallback(call: TracedCall, callback: Function): Function {
  return function (this: unknown, error: unknown, client: Client) {
    if (error) endCall(call, error);
    else {
      call.wait = now() - call.began;
      attempt(noteAcquired, call, client);
      pendingCall = call;
    }
    try {
      // The pool resolves a promise, and what awaits that has its own context.
      if (!call.hasCallback) return Reflect.apply(callback, this, arguments);
      return applyInRequest(call.request, callback, this, arguments);
    } finally {
      pendingCall = undefined;
    }
  };
}

function noteAcquired(call: TracedCall, client: Client): void {
  rememberConnection(call.instrument, client, call.self as object);
  noteSource(call, client, sourceOf(client, call.self as object));
  connections.tellPool(call, call.pool);
}

/**
 * Records a connect of the app's. The time becomes the wait of the first query on the connection:
 * the call has a span only while it runs and if it fails.
 */
function recordConnect(
  instrument: Instrument,
  original: Function,
  cut: (...args: never[]) => unknown,
  pool: object,
  args: IArguments,
): unknown {
  const call = beginCall(instrument, cut, pool, ['connect']);
  if (call === undefined) return Reflect.apply(original, pool, args);
  const counts = attempt(countsOf, pool as Pool);
  const onSettled = (error: unknown, client: object | undefined) => {
    if (error || client === undefined) return endCall(call, error);
    rememberConnection(instrument, client, pool);
    sourceOf(client as Client, pool);
    connections.noteWait(client, call.request, call.began, counts);
    discardCall(call);
  };
  const given = args[0];
  if (typeof given === 'function') {
    // What is above the driver, such as Waterline, goes on in it: after a wait, in the turn of another request.
    const callback = currentCallSite(call.request) === undefined ? given : bindDeferred(given);
    return original.call(
      pool,
      bindToRequest(call.request, callback, ({ 0: error, 1: client }) => onSettled(error, client as object)),
    );
  }
  return observePromise(pool, 'Promise', onSettled, () => Reflect.apply(original, pool, args));
}

function wrapQuery(instrument: Instrument, original: Function): Function {
  return function query(
    this: Client,
    config: Submittable & { submit?: unknown },
    values?: unknown,
    callback?: unknown,
  ) {
    const call = pendingCall ?? beginCall(instrument, query, this, arguments);
    pendingCall = undefined;
    if (call === undefined) return Reflect.apply(original, this, arguments);
    attempt(recordSent, call, this);
    try {
      if (typeof config !== 'string' && attempt(methodOf, config, 'submit') !== undefined) {
        attempt(recordSubmitted, call, config);
        return noteIfQueued(call, this, Reflect.apply(original, this, arguments));
      }
      const appCallback = callback || (typeof values === 'function' ? values : attempt(callbackOf, config));
      const onResult = (error: unknown, result: Result | Result[]) =>
        endCall(call, error, attempt(rowsOf, result), attempt(factsOf, call, this, result));
      if (typeof appCallback !== 'function') {
        const promise = observePromise(this, '_Promise', onResult, () =>
          Reflect.apply(original, this, arguments),
        );
        return noteIfQueued(call, this, promise);
      }
      const wrapper = function (this: unknown, error: unknown, result: Result) {
        try {
          onResult(error, result);
        } catch {
          // The span has no end.
        }
        if (!call.hasCallback) return Reflect.apply(appCallback, this, arguments);
        return applyInRequest(call.request, appCallback, this, arguments);
      };
      return noteIfQueued(
        call,
        this,
        queryWithCallback(original, this, config, values, appCallback, wrapper),
      );
    } catch (error) {
      endCall(call, error);
      throw error;
    } finally {
      if (call.info?.name === '') attempt(recordMade, call, this);
    }
  };
}

function callbackOf(config: unknown): unknown {
  return typeof config === 'string' ? undefined : dataOf(config, 'callback');
}

/** Runs the query with `wrapper`; the driver stores it in the config, where the app gets its own. */
function queryWithCallback(
  original: Function,
  client: Client,
  config: Submittable,
  values: unknown,
  appCallback: Function,
  wrapper: Function,
): unknown {
  try {
    return typeof values === 'function'
      ? original.call(client, config, wrapper)
      : original.call(client, config, values, wrapper);
  } finally {
    if (typeof config === 'object') attempt(restoreCallback, config, wrapper, appCallback);
  }
}

function restoreCallback(config: Submittable, wrapper: Function, appCallback: Function): void {
  if (ownData(config, 'callback') === wrapper) config.callback = appCallback;
}

/** Notes a query that has to wait for those before it: it is the last of the client's queue. */
function noteIfQueued<T>(call: TracedCall, client: Client, result: T): T {
  const queue = client._queryQueue ?? client.queryQueue;
  // An index of -1 would be looked for by name.
  const last = queue !== undefined && queue.length > 0 ? queue[queue.length - 1] : undefined;
  if (last !== undefined) attempt(connections.noteQueued, call, (last as Submittable).cursor ?? last);
  return result;
}

/** Patches `submit` of a class of queries, which sends the query. */
export function patchPgSubmit({ prototype }: { prototype: object }): void {
  replaceMethod(
    prototype,
    'submit',
    (original) =>
      function submit(this: object, connection: unknown) {
        attempt(connections.startQueued, this, (connection as Client['connection'])?.stream);
        return Reflect.apply(original, this, arguments);
      },
  );
}

/**
 * Wraps a method of cursors: its callback, the last argument, runs in the request that passed it,
 * and the reader's pause has ended.
 */
function wrapCursorMethod(original: Function): Function {
  return function (this: object, ...args: unknown[]) {
    const call = submittedCalls.get(this);
    if (call !== undefined) attempt(connections.notePauseEnd, call);
    const callback = args.at(-1);
    if (typeof callback === 'function') args[args.length - 1] = bindToRequest(currentRequest(), callback);
    return Reflect.apply(original, this, args);
  };
}

function recordSent(call: TracedCall, client: Client): void {
  // The pool has told it already.
  if (call.info?.detail?.source === undefined) {
    rememberConnection(call.instrument, client);
    noteSource(call, client, sourceOf(client));
  }
  connections.takeWait(call, client);
  connections.countBytesFrom(call, client.connection?.stream);
}

function noteSource({ info }: TracedCall, client: Client, source: number): void {
  setConnectionId(info?.detail, client);
  if (info?.detail !== undefined) info.detail.source = source;
}

function recordSubmitted(call: TracedCall, query: Submittable): void {
  const owner = (dataOf(query, 'cursor') ?? query) as object;
  patchSubmittable(owner);
  const submitter = methodOwner(Object.getPrototypeOf(owner), 'submit');
  if (submitter !== undefined) patchPgSubmit({ prototype: submitter });
  submittedCalls.set(owner, call);
}

/** Bytes of a result, and the id of the only row that an INSERT returned. */
function factsOf(
  call: TracedCall,
  client: Client,
  result: Result | Result[],
): Record<string, unknown> | undefined {
  const bytes = connections.bytesFacts(call, client.connection?.stream);
  const { command, rows } = (result ?? {}) as { command?: unknown; rows?: unknown[] };
  if (command !== 'INSERT' || rows?.length !== 1) return bytes;
  return { ...bytes, ...connections.insertIdFacts(connections.idOfRow(rows[0])) };
}

function rowsOf(result: Result | Result[]): number | undefined {
  if (!Array.isArray(result)) return result?.rowCount ?? undefined;
  return result.reduce((sum, part) => sum + (part?.rowCount ?? 0), 0);
}

const HANDLERS = [
  'RowDescription',
  'DataRow',
  'PortalSuspended',
  'CommandComplete',
  'ReadyForQuery',
  'Error',
  'EmptyQuery',
];

/**
 * Patches the class of a submittable (pg.Query, pg-cursor, pg-query-stream): its handlers end the
 * call and run in the call's request. The object itself is passed on unchanged.
 */
function patchSubmittable(object: object): void {
  for (const suffix of HANDLERS) {
    const method = `handle${suffix}`;
    // Own properties of an object are set by the app: only its class is patched.
    const owner = methodOwner(
      Object.hasOwn(object, 'constructor') ? object : Object.getPrototypeOf(object),
      method,
    );
    if (owner === undefined) continue;
    replaceMethod(
      owner,
      method,
      (original) =>
        function (this: object, message: unknown) {
          const call = submittedCalls.get(this);
          if (call === undefined) return Reflect.apply(original, this, arguments);
          if (suffix === 'Error') endCall(call, message);
          if (suffix === 'ReadyForQuery') endCall(call, undefined, call.rows);
          if (suffix === 'PortalSuspended') attempt(connections.notePause, call);
          if (suffix === 'DataRow') call.rows = (call.rows ?? 0) + 1;
          return applyInRequest(call.request, original, this, arguments);
        },
    );
  }
}

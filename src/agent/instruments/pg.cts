/** Instrument of pg and pg-native: Pool#query, Pool#connect, Client#query and submittables. */

import { beginCall, bindToRequest, discardCall, endCall, type TracedCall } from '../call/call.cjs';
import { observePromise } from '../call/observe-promise.cjs';
import { methodOwner, replaceMethod } from '../call/wrap.cjs';
import { pgConnections } from '../explain/pg.cjs';
import { rememberConnection } from '../explain/runner.cjs';
import { attempt } from '../guard.cjs';
import { maskParams } from '../record/sql-params.cjs';
import { applyInRequest, currentRequest } from '../request/context.cjs';
import { now, type TracedRequest } from '../request/traced-request.cjs';
import type { CallInfo, Instrument } from './instrument.cjs';

interface Submittable {
  text?: string;
  values?: unknown[];
  cursor?: Submittable;
  callback?: unknown;
}
type Result = { rowCount?: number | null } | undefined;
type Client = { processID?: unknown; _Promise?: Function };

/** The call that the driver executes in this tick: Pool#query runs connect and query for it. */
let pendingCall: TracedCall | undefined;
/** Time in ms that a request waited for a connection, until its first query on it. */
const connectionWaits = new WeakMap<object, { ms: number; request: TracedRequest | undefined }>();
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
  describe,
  files: {
    'pg-pool/index.js': (Pool: { prototype: object }) => {
      replaceMethod(Pool.prototype, 'query', wrapPoolQuery);
      replaceMethod(Pool.prototype, 'connect', wrapPoolConnect);
    },
    'pg/lib/client.js': (Client: { prototype: object }) =>
      replaceMethod(Client.prototype, 'query', wrapQuery),
    'pg/lib/native/client.js': (Client: { prototype: object }) =>
      replaceMethod(Client.prototype, 'query', wrapQuery),
    'pg-cursor/index.js': (Cursor: { prototype: object }) => {
      patchSubmittable(Cursor.prototype);
      // The connection calls these callbacks itself, not through the handlers of the cursor.
      for (const method of ['read', 'close']) replaceMethod(Cursor.prototype, method, wrapWithContext);
    },
  },
};

function describe({ self, args }: TracedCall): CallInfo {
  const config = args[0] as string | (Submittable & { name?: unknown }) | undefined;
  const query = typeof config === 'object' ? (config?.cursor ?? config) : undefined;
  const name = typeof config === 'string' ? config : String(query?.text ?? '');
  const values = query?.values ?? args[1];
  const detail: Record<string, unknown> = {};
  if (Array.isArray(values)) detail.params = maskParams(name, values, 'pg');
  if (typeof config === 'object' && typeof config?.name === 'string') detail.prepared = config.name;
  setConnectionId(detail, self as Client);
  return { name, detail };
}

/** Records the server's process id, which statements of one transaction share. */
function setConnectionId(detail: Record<string, unknown> | undefined, client: Client): void {
  if (detail !== undefined && typeof client.processID === 'number') detail.connection = client.processID;
}

function wrapPoolQuery(original: Function): Function {
  return function query(this: unknown) {
    const call = beginCall(pg, query, this, arguments);
    if (call === undefined) return Reflect.apply(original, this, arguments);
    call.hasCallback = attempt(hasFunction, arguments) !== false;
    pendingCall = call;
    try {
      return Reflect.apply(original, this, arguments);
    } finally {
      pendingCall = undefined;
    }
  };
}

function hasFunction(args: ArrayLike<unknown>): boolean {
  for (let i = 0; i < args.length; i++) if (typeof args[i] === 'function') return true;
  return false;
}

function wrapPoolConnect(original: Function): Function {
  return function connect(this: object, callback?: unknown) {
    const call = pendingCall;
    pendingCall = undefined;
    if (call !== undefined)
      return original.call(this, attempt(wrapPoolCallback, call, callback as Function) ?? callback);
    return recordConnect(original, connect, this, arguments);
  };
}

/** Wraps the callback that Pool#query passes to connect: it queries synchronously. */
function wrapPoolCallback(call: TracedCall, callback: Function): Function {
  return function (this: unknown, error: unknown, client: Client) {
    if (error) endCall(call, error);
    else {
      attempt(rememberConnection, pg, client, call.self as object);
      call.wait = now() - call.began;
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

/**
 * Records a connect of the app's. The time becomes the wait of the first query on the connection:
 * the call has a span only while it runs and if it fails.
 */
function recordConnect(
  original: Function,
  cut: (...args: never[]) => unknown,
  pool: object,
  args: IArguments,
): unknown {
  const call = beginCall(pg, cut, pool, ['connect']);
  if (call === undefined) return Reflect.apply(original, pool, args);
  const onSettled = (error: unknown, client: object | undefined) => {
    if (error || client === undefined) return endCall(call, error);
    rememberConnection(pg, client, pool);
    connectionWaits.set(client, { ms: now() - call.began, request: call.request });
    discardCall(call);
  };
  const callback = args[0];
  if (typeof callback === 'function') {
    return original.call(
      pool,
      bindToRequest(call.request, callback, ({ 0: error, 1: client }) => onSettled(error, client as object)),
    );
  }
  return observePromise(pool, 'Promise', onSettled, () => Reflect.apply(original, pool, args));
}

function wrapQuery(original: Function): Function {
  return function query(
    this: Client,
    config: Submittable & { submit?: unknown },
    values?: unknown,
    callback?: unknown,
  ) {
    const call = pendingCall ?? beginCall(pg, query, this, arguments);
    pendingCall = undefined;
    if (call === undefined) return Reflect.apply(original, this, arguments);
    try {
      recordSent(call, this);
    } catch {
      // The span has no connection.
    }
    try {
      if (typeof config?.submit === 'function') {
        attempt(recordSubmitted, call, config);
        return Reflect.apply(original, this, arguments);
      }
      const appCallback = callback || (typeof values === 'function' ? values : config?.callback);
      if (typeof appCallback !== 'function') {
        const onResult = (error: unknown, result: Result | Result[]) =>
          attempt(endQuery, call, error, result);
        return observePromise(this, '_Promise', onResult, () => Reflect.apply(original, this, arguments));
      }
      const wrapper = function (this: unknown, error: unknown, result: Result) {
        try {
          endQuery(call, error, result);
        } catch {
          // The span has no end.
        }
        if (!call.hasCallback) return Reflect.apply(appCallback, this, arguments);
        return applyInRequest(call.request, appCallback, this, arguments);
      };
      return queryWithCallback(original, this, config, values, wrapper);
    } catch (error) {
      endCall(call, error);
      throw error;
    }
  };
}

function endQuery(call: TracedCall, error: unknown, result: Result | Result[]): void {
  let rows: number | undefined;
  try {
    rows = rowsOf(result);
  } catch {
    // Its getter threw.
  }
  endCall(call, error, rows);
}

/** Runs the query with `wrapper`; the driver stores it in the config, so the app's is restored. */
function queryWithCallback(
  original: Function,
  client: Client,
  config: Submittable,
  values: unknown,
  wrapper: Function,
): unknown {
  const appCallback = typeof config === 'object' ? config.callback : undefined;
  try {
    return typeof values === 'function'
      ? original.call(client, config, wrapper)
      : original.call(client, config, values, wrapper);
  } finally {
    if (appCallback !== undefined) config.callback = appCallback;
  }
}

/** Wraps a method: its callback, the last argument, runs in the request that passed it. */
function wrapWithContext(original: Function): Function {
  return function (this: unknown, ...args: unknown[]) {
    const callback = args.at(-1);
    if (typeof callback === 'function') args[args.length - 1] = bindToRequest(currentRequest(), callback);
    return Reflect.apply(original, this, args);
  };
}

function recordSent(call: TracedCall, client: Client): void {
  setConnectionId(call.info?.detail, client);
  rememberConnection(pg, client);
  takeWait(call, client);
}

function recordSubmitted(call: TracedCall, query: Submittable): void {
  patchSubmittable(query.cursor ?? query);
  submittedCalls.set(query.cursor ?? query, call);
}

function takeWait(call: TracedCall, client: object): void {
  const wait = connectionWaits.get(client);
  if (wait === undefined) return;
  connectionWaits.delete(client);
  // A call that waited itself (Pool#query) got a connection that an earlier connect waited for.
  if (wait.request !== call.request || call.wait > 0) return;
  call.wait = wait.ms;
  call.began -= wait.ms;
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
          if (suffix === 'DataRow') call.rows = (call.rows ?? 0) + 1;
          return applyInRequest(call.request, original, this, arguments);
        },
    );
  }
}

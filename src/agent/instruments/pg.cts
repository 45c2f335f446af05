/** pg: Pool#query, Pool#connect and Client#query, pg-native's too, and Submittables (pg-cursor, pg-query-stream, pg.Query). */

import { beginCall, bindToRequest, discardCall, endCall, type TracedCall } from '../call/call.cjs';
import { observePromise } from '../call/observe-promise.cjs';
import { methodOwner, replaceMethod } from '../call/wrap.cjs';
import { pgConnections } from '../explain/pg.cjs';
import { rememberConnection as noteSource } from '../explain/runner.cjs';
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

/** The call that the driver is about to make for the user: Pool#query connects, and then queries, in the user's name. */
let handed: TracedCall | undefined;
/** Connections that a request waited for, until its first query on them. */
const waits = new WeakMap<object, { ms: number; request: TracedRequest | undefined }>();
const submitted = new WeakMap<object, TracedCall>();

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
      replaceMethod(Pool.prototype, 'connect', wrapConnect);
    },
    'pg/lib/client.js': (Client: { prototype: object }) =>
      replaceMethod(Client.prototype, 'query', wrapQuery),
    'pg/lib/native/client.js': (Client: { prototype: object }) =>
      replaceMethod(Client.prototype, 'query', wrapQuery),
    'pg-cursor/index.js': (Cursor: { prototype: object }) => {
      patchSubmittable(Cursor.prototype);
      // Called back by the connection, not through the cursor's own handlers.
      for (const method of ['read', 'close']) replaceMethod(Cursor.prototype, method, keepingContext);
    },
  },
};

function describe({ self, args }: TracedCall): CallInfo {
  const given = args[0] as string | (Submittable & { name?: unknown }) | undefined;
  const query = typeof given === 'object' ? (given?.cursor ?? given) : undefined;
  const name = typeof given === 'string' ? given : String(query?.text ?? '');
  const values = query?.values ?? args[1];
  const detail: Record<string, unknown> = {};
  if (Array.isArray(values)) detail.params = maskParams(name, values);
  if (typeof given === 'object' && typeof given?.name === 'string') detail.prepared = given.name;
  noteConnection(detail, self as Client);
  return { name, detail };
}

/** The server's process id: statements of one transaction share it. */
function noteConnection(detail: Record<string, unknown> | undefined, client: Client): void {
  if (detail !== undefined && typeof client.processID === 'number') detail.connection = client.processID;
}

function wrapPoolQuery(original: Function): Function {
  return function query(this: unknown) {
    const call = beginCall(pg, query, this, arguments);
    if (call === undefined) return Reflect.apply(original, this, arguments);
    handed = call;
    try {
      return Reflect.apply(original, this, arguments);
    } finally {
      handed = undefined;
    }
  };
}

function wrapConnect(original: Function): Function {
  return function connect(this: object, callback?: unknown) {
    const call = handed;
    handed = undefined;
    if (call !== undefined) return original.call(this, handingOn(call, callback as Function));
    return connectForUser(original, connect, this, arguments);
  };
}

/** Answers Pool#query's own callback, which queries at once on the connection that it is given. */
function handingOn(call: TracedCall, callback: Function): Function {
  return function (this: unknown, error: unknown, client: Client) {
    if (error) endCall(call, error);
    else {
      noteSource(pg, client, call.self as object);
      call.wait = now() - call.began;
      handed = call;
    }
    try {
      return applyInRequest(call.request, callback, this, arguments);
    } finally {
      handed = undefined;
    }
  };
}

/** A connection that the user asks for is the wait of its first query; a call of its own while it lasts, and where it fails. */
function connectForUser(
  original: Function,
  cut: (...args: never[]) => unknown,
  pool: object,
  args: IArguments,
): unknown {
  const call = beginCall(pg, cut, pool, ['connect']);
  if (call === undefined) return Reflect.apply(original, pool, args);
  const settled = (error: unknown, client: object | undefined) => {
    if (error || client === undefined) return endCall(call, error);
    noteSource(pg, client, pool);
    waits.set(client, { ms: now() - call.began, request: call.request });
    discardCall(call);
  };
  const callback = args[0];
  if (typeof callback === 'function') {
    return original.call(
      pool,
      bindToRequest(call.request, callback, ({ 0: error, 1: client }) => settled(error, client as object)),
    );
  }
  return observePromise(pool, 'Promise', settled, () => Reflect.apply(original, pool, args));
}

function wrapQuery(original: Function): Function {
  return function query(
    this: Client,
    config: Submittable & { submit?: unknown },
    values?: unknown,
    callback?: unknown,
  ) {
    const call = handed ?? beginCall(pg, query, this, arguments);
    handed = undefined;
    if (call === undefined) return Reflect.apply(original, this, arguments);
    noteConnection(call.info?.detail, this);
    noteSource(pg, this);
    takeWait(call, this);
    try {
      if (typeof config?.submit === 'function') {
        patchSubmittable(config.cursor ?? config);
        submitted.set(config.cursor ?? config, call);
        return Reflect.apply(original, this, arguments);
      }
      const theirs = callback || (typeof values === 'function' ? values : config?.callback);
      const over = (error: unknown, result: Result | Result[]) => endCall(call, error, rowsOf(result));
      if (typeof theirs !== 'function') {
        return observePromise(this, '_Promise', over, () => Reflect.apply(original, this, arguments));
      }
      const ours = bindToRequest(call.request, theirs, ({ 0: error, 1: result }) =>
        over(error, result as Result),
      );
      return callBack(original, this, config, values, ours);
    } catch (error) {
      endCall(call, error);
      throw error;
    }
  };
}

/** The driver keeps a callback in the config that it was given; the app finds its own there afterwards. */
function callBack(
  original: Function,
  client: Client,
  config: Submittable,
  values: unknown,
  ours: Function,
): unknown {
  const had = typeof config === 'object' ? config.callback : undefined;
  try {
    return typeof values === 'function'
      ? original.call(client, config, ours)
      : original.call(client, config, values, ours);
  } finally {
    if (had !== undefined) config.callback = had;
  }
}

/** Answers the method with the callback that ends its arguments run in the request that passed it. */
function keepingContext(original: Function): Function {
  return function (this: unknown, ...args: unknown[]) {
    const callback = args.at(-1);
    if (typeof callback === 'function') args[args.length - 1] = bindToRequest(currentRequest(), callback);
    return Reflect.apply(original, this, args);
  };
}

function takeWait(call: TracedCall, client: object): void {
  const wait = waits.get(client);
  if (wait === undefined) return;
  waits.delete(client);
  // One that has waited itself has done so for a connection that somebody else of its request had had.
  if (wait.request !== call.request || call.wait > 0) return;
  call.wait = wait.ms;
  call.began -= wait.ms;
}

function rowsOf(result: Result | Result[]): number | undefined {
  if (!Array.isArray(result)) return result?.rowCount ?? undefined;
  return result.reduce((sum, one) => sum + (one?.rowCount ?? 0), 0);
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

/** Submittables pass as they are; it is their class that tells when one is over, and runs its callbacks in its request. */
function patchSubmittable(object: object): void {
  for (const suffix of HANDLERS) {
    const method = `handle${suffix}`;
    // An object's own properties are the app's.
    const owner = methodOwner(
      Object.hasOwn(object, 'constructor') ? object : Object.getPrototypeOf(object),
      method,
    );
    if (owner === undefined) continue;
    replaceMethod(
      owner,
      method,
      (original) =>
        function (this: object, given: unknown) {
          const call = submitted.get(this);
          if (call === undefined) return Reflect.apply(original, this, arguments);
          if (suffix === 'Error') endCall(call, given);
          if (suffix === 'ReadyForQuery') endCall(call, undefined, call.rows);
          if (suffix === 'DataRow') call.rows = (call.rows ?? 0) + 1;
          return applyInRequest(call.request, original, this, arguments);
        },
    );
  }
}

/** Instrument of postgres.js: a query runs when first awaited; its resolve and reject end it. */

import { beginCallFrom, bindToRequest, endCall, type TracedCall } from '../call/call.cjs';
import { type CallSite, callSiteOfObject, captureCallSite, rememberCallSite } from '../call/call-site.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import { notePostgresPool, postgresConnections } from '../explain/postgres.cjs';
import { rememberConnection } from '../explain/runner.cjs';
import { attempt } from '../guard.cjs';
import { listOf } from '../record/app-values.cjs';
import { maskParams } from '../record/sql-params.cjs';
import { describeCall } from '../record/value-budget.cjs';
import { now, type TracedRequest } from '../request/traced-request.cjs';
import type { CallInfo, Instrument } from './instrument.cjs';
import * as connections from './shared/connections.cjs';

interface Query {
  strings: readonly string[];
  args: unknown[];
  options: { simple?: boolean };
  /** One function for each instance of the driver, and so for each database. */
  canceller?: object | null;
  /** Sends it to the pool, or to the connection of its transaction. */
  handler?: unknown;
  executed: boolean;
  /** Set when it is sent: the statement with $1, its values, and the server's process id. */
  string?: string;
  parameters?: unknown[];
  state: { pid?: number | null } | null;
  cursorFn?: Function;
  forEachFn?: Function;
  resolve(result: unknown): unknown;
  reject(error: unknown): unknown;
}
type Class = new (...args: unknown[]) => Query;
type Result = { count?: number | null; length: number; command?: unknown };

const MAX_PARTS = 10_000;
const calls = new WeakMap<object, TracedCall>();
/** Wrappers that replace functions of a query. */
const wrappers = new WeakSet<Function>();

export const postgres: Instrument = {
  library: 'postgres',
  versions: '>=3 <4',
  kind: 'sql',
  dialect: 'pg',
  explain: 'postgres',
  connections: postgresConnections,
  marker: 'Only use sql.begin, sql.reserved or max: 1',
  channel: 'scooby:postgres',
  describe,
  files: { 'postgres/cjs/src/query.js': patchQuery, 'postgres/src/query.js': patchQuery },
  esm: { 'postgres/src/query.js': ['Query'] },
};

function patchQuery(exports: { Query: Class }): void {
  const { Query } = exports;
  replaceMethod(Query.prototype, 'handle', wrapHandle);
  Object.setPrototypeOf(Query, siteKeepingPromise(Query, Object.getPrototypeOf(Query)));
}

/**
 * Superclass of Query: the call site is where the app creates the query; it may be awaited
 * anywhere. It has returned before the driver captures the query's own stack of four frames, from
 * which a frame of a wrapper of Query would push the app's line.
 */
function siteKeepingPromise(Query: Class, Super: PromiseConstructor): PromiseConstructor {
  return class QueryPromise<T> extends Super<T> {
    constructor(executor: ConstructorParameters<PromiseConstructor>[0]) {
      super(executor as never);
      attempt(rememberCallSite, this, captureCallSite(Query as never));
    }
  } as PromiseConstructor;
}

/**
 * The query for array types that the driver sends on each new connection. The text of `unsafe` may
 * be any object with a toString.
 */
function isTypesQuery({ strings }: Query): boolean {
  const [text] = listOf(strings, 1);
  return typeof text === 'string' && text.includes('pg_catalog.pg_type') && text.includes('typarray');
}

/** handle starts the query, and continues a cursor at each step. */
function wrapHandle(original: Function): Function {
  return function handle(this: Query) {
    attempt(recordHandle, this);
    return Reflect.apply(original, this, []);
  };
}

function recordHandle(query: Query): void {
  const site = callSiteOfObject(query);
  if (site !== undefined && !query.executed && !isTypesQuery(query)) beginQueryCall(query, site);
  const call = calls.get(query);
  if (call !== undefined && call.ended === 0) wrapSettling(query, call);
}

function beginQueryCall(query: Query, site: CallSite): void {
  const call = beginCallFrom(postgres, site, query, [query]);
  calls.set(query, call);
  const { canceller } = query;
  const { options } = query;
  // The driver reads options.simple when it sends the statement, and has no other hook for that.
  query.options = new Proxy(options, {
    get(target, key) {
      if (key === 'simple' && query.executed && query.string !== undefined) {
        query.options = options;
        attempt(recordSent, call, canceller);
      }
      return Reflect.get(target, key);
    },
  });
}

function recordSent(call: TracedCall, canceller: object | null | undefined): void {
  call.wait = now() - call.began;
  if (call.info === undefined) return;
  describeCall(call, (sent) => describeSent(sent, canceller));
}

function describeSent({ args }: TracedCall, canceller: object | null | undefined): CallInfo {
  const { string, parameters, state, handler, constructor: Query } = args[0] as Query;
  const name = textOf(string);
  const detail: Record<string, unknown> = { params: maskParams(name, parameters ?? [], 'pg') };
  if (typeof state?.pid === 'number') detail.connection = state.pid;
  if (canceller) {
    detail.source = connections.sourceNumber(canceller, canceller, String);
    notePostgresPool(canceller, handler, Query);
    if (state) rememberConnection(postgres, state, canceller);
  }
  return { name, detail };
}

/** A cursor gets a new resolve and reject at each step. */
function wrapSettling(query: Query, call: TracedCall): void {
  const { resolve, reject } = query;
  if (!wrappers.has(resolve)) {
    query.resolve = (result) => {
      const rows = call.rows ?? attempt(rowsOf, result as Result | Result[] | undefined);
      endCall(call, undefined, rows, attempt(factsOf, result as Result));
      return resolve(result);
    };
    query.reject = (error) => {
      endCall(call, error ?? 'rejected');
      return reject(error);
    };
    wrappers.add(query.resolve);
  }
  const onRows = (rows: unknown) => {
    call.rows = (call.rows ?? 0) + (Array.isArray(rows) ? rows.length : 1);
  };
  if (query.cursorFn !== undefined) query.cursorFn = wrapCursorCallback(query.cursorFn, call, onRows);
  if (query.forEachFn !== undefined) {
    attempt(connections.noteStream, call);
    query.forEachFn = wrapRowCallback(query.forEachFn, call.request, onRows);
  }
}

function wrapRowCallback(
  fn: Function,
  request: TracedRequest | undefined,
  onRows: (rows: unknown) => void,
): Function {
  if (wrappers.has(fn)) return fn;
  const wrapper = bindToRequest(request, fn, ({ 0: rows }) => onRows(rows));
  wrappers.add(wrapper);
  return wrapper;
}

/** The next rows are asked for as the promise of the callback settles: until then the reader pauses. */
function wrapCursorCallback(fn: Function, call: TracedCall, onRows: (rows: unknown) => void): Function {
  if (wrappers.has(fn)) return fn;
  const inRequest = wrapRowCallback(fn, call.request, onRows);
  const wrapper = function (this: unknown) {
    attempt(connections.notePauseEnd, call);
    attempt(connections.notePause, call);
    return Reflect.apply(inRequest, this, arguments);
  };
  wrappers.add(wrapper);
  return wrapper;
}

/** Bytes of a result, estimated, and the id of the only row that an INSERT returned. */
function factsOf(result: Result): Record<string, unknown> | undefined {
  const bytes = connections.estimatedBytes(result);
  if (result?.command !== 'INSERT' || result.length !== 1) return bytes;
  return { ...bytes, ...connections.insertIdFacts(connections.idOfRow((result as never)[0])) };
}

function rowsOf(result: Result | Result[] | undefined): number | undefined {
  if (!Array.isArray(result)) return undefined;
  const { count, length } = result as unknown as Result;
  if (typeof count === 'number') return count;
  // Several statements in one query have a result each.
  if (result.some(Array.isArray)) return result.reduce((sum, part) => sum + (rowsOf(part as never) ?? 0), 0);
  return count === null ? undefined : length;
}

/** Text of a statement; that of an object with a toString would run the app's code. */
function textOf(text: unknown): string {
  return typeof text === 'string' ? text : '[object]';
}

/** The statement with $1, until it is sent. */
function describe({ args }: TracedCall): CallInfo {
  const { strings } = args[0] as Query;
  const parts = listOf(strings, MAX_PARTS).map((part, i) =>
    i === 0 ? textOf(part) : `$${i}${textOf(part)}`,
  );
  return { name: parts.join('') };
}

/** Instrument of postgres.js: a query runs when first awaited; its resolve and reject end it. */

import { beginCallFrom, bindToRequest, endCall, type TracedCall } from '../call/call.cjs';
import { type CallSite, callSiteOfObject, captureCallSite, rememberCallSite } from '../call/call-site.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import { maskParams } from '../record/sql-params.cjs';
import { now, type TracedRequest } from '../request/traced-request.cjs';
import type { CallInfo, Instrument } from './instrument.cjs';

interface Query {
  strings: readonly string[];
  args: unknown[];
  options: { simple?: boolean };
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
type Result = { count?: number | null; length: number };

const calls = new WeakMap<object, TracedCall>();
/** Wrappers that replace functions of a query. */
const wrappers = new WeakSet<Function>();

export const postgres: Instrument = {
  library: 'postgres',
  versions: '>=3 <4',
  kind: 'sql',
  dialect: 'pg',
  marker: 'Only use sql.begin, sql.reserved or max: 1',
  channel: 'scooby:postgres',
  describe,
  files: { 'postgres/cjs/src/query.js': patchQuery, 'postgres/src/query.js': patchQuery },
  esm: { 'postgres/src/query.js': ['Query'] },
};

function patchQuery(exports: { Query: Class }): void {
  replaceMethod(exports.Query.prototype, 'handle', wrapHandle);
  exports.Query = new Proxy(exports.Query, { construct: constructQuery });
}

/** The call site is where the app creates the query; it may be awaited anywhere. */
function constructQuery(Query: Class, args: unknown[], target: Function): Query {
  const query = Reflect.construct(Query, args, target) as Query;
  if (!isTypesQuery(query)) rememberCallSite(query, captureCallSite(constructQuery as never));
  return query;
}

/** The query for array types that the driver sends on each new connection. */
function isTypesQuery({ strings }: Query): boolean {
  return strings[0]?.includes('pg_catalog.pg_type') === true && strings[0].includes('typarray');
}

/** handle starts the query, and continues a cursor at each step. */
function wrapHandle(original: Function): Function {
  return function handle(this: Query) {
    const site = callSiteOfObject(this);
    if (site !== undefined && !this.executed) beginQueryCall(this, site);
    const call = calls.get(this);
    if (call !== undefined && call.ended === 0) wrapSettling(this, call);
    return Reflect.apply(original, this, []);
  };
}

function beginQueryCall(query: Query, site: CallSite): void {
  const call = beginCallFrom(postgres, site, query, [query]);
  calls.set(query, call);
  const { options } = query;
  // The driver reads options.simple when it sends the statement, and has no other hook for that.
  query.options = new Proxy(options, {
    get(target, key) {
      if (key === 'simple' && query.executed && query.string !== undefined) {
        query.options = options;
        recordSent(query, call);
      }
      return Reflect.get(target, key);
    },
  });
}

function recordSent(query: Query, call: TracedCall): void {
  call.wait = now() - call.began;
  if (call.info === undefined) return;
  call.info.name = query.string!;
  call.info.detail = {
    params: maskParams(query.string!, query.parameters ?? [], 'pg'),
    ...(typeof query.state?.pid === 'number' && { connection: query.state.pid }),
  };
}

/** A cursor gets a new resolve and reject at each step. */
function wrapSettling(query: Query, call: TracedCall): void {
  const { resolve, reject } = query;
  if (!wrappers.has(resolve)) {
    query.resolve = (result) => {
      endCall(call, undefined, call.rows ?? rowsOf(result as Result | Result[] | undefined));
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
  if (query.cursorFn !== undefined) query.cursorFn = wrapRowCallback(query.cursorFn, call.request, onRows);
  if (query.forEachFn !== undefined) query.forEachFn = wrapRowCallback(query.forEachFn, call.request, onRows);
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

function rowsOf(result: Result | Result[] | undefined): number | undefined {
  if (!Array.isArray(result)) return undefined;
  const { count, length } = result as unknown as Result;
  if (typeof count === 'number') return count;
  // Several statements in one query have a result each.
  if (result.some(Array.isArray)) return result.reduce((sum, part) => sum + (rowsOf(part as never) ?? 0), 0);
  return count === null ? undefined : length;
}

/** The statement with $1, until it is sent. */
function describe({ args }: TracedCall): CallInfo {
  const { strings } = args[0] as Query;
  return { name: strings.reduce((text, part, i) => (i === 0 ? part : `${text}$${i}${part}`), '') };
}

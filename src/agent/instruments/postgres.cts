/** postgres.js: a query is written where it is tagged, runs when it is first awaited, and ends by its own resolve and reject. */

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
  /** Set when it is sent: the statement with $1, its values, the server's process. */
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
/** Functions of ours that a query has been given. */
const ours = new WeakSet<Function>();

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
  exports.Query = new Proxy(exports.Query, { construct: written });
}

/** Where a query is made is the line that the user wrote; where it is awaited may be anywhere. */
function written(Query: Class, args: unknown[], target: Function): Query {
  const query = Reflect.construct(Query, args, target) as Query;
  if (!isOwn(query)) rememberCallSite(query, captureCallSite(written as never));
  return query;
}

/** The driver asks for types by itself, on each new connection. */
function isOwn({ strings }: Query): boolean {
  return strings[0]?.includes('pg_catalog.pg_type') === true && strings[0].includes('typarray');
}

/** Called by whatever runs the query, and for each step of a cursor. */
function wrapHandle(original: Function): Function {
  return function handle(this: Query) {
    const site = callSiteOfObject(this);
    if (site !== undefined && !this.executed) start(this, site);
    const call = calls.get(this);
    if (call !== undefined && call.ended === 0) listen(this, call);
    return Reflect.apply(original, this, []);
  };
}

function start(query: Query, site: CallSite): void {
  const call = beginCallFrom(postgres, site, query, [query]);
  calls.set(query, call);
  const { options } = query;
  // Read first when the statement is sent, which nothing else tells.
  query.options = new Proxy(options, {
    get(target, key) {
      if (key === 'simple' && query.executed && query.string !== undefined) {
        query.options = options;
        sent(query, call);
      }
      return Reflect.get(target, key);
    },
  });
}

function sent(query: Query, call: TracedCall): void {
  call.wait = now() - call.began;
  if (call.info === undefined) return;
  call.info.name = query.string!;
  call.info.detail = {
    params: maskParams(query.string!, query.parameters ?? []),
    ...(typeof query.state?.pid === 'number' && { connection: query.state.pid }),
  };
}

/** A cursor is given new ones with each step. */
function listen(query: Query, call: TracedCall): void {
  const { resolve, reject } = query;
  if (!ours.has(resolve)) {
    query.resolve = (result) => {
      endCall(call, undefined, call.rows ?? rowsOf(result as Result | Result[] | undefined));
      return resolve(result);
    };
    query.reject = (error) => {
      endCall(call, error ?? 'rejected');
      return reject(error);
    };
    ours.add(query.resolve);
  }
  const step = (rows: unknown) => {
    call.rows = (call.rows ?? 0) + (Array.isArray(rows) ? rows.length : 1);
  };
  if (query.cursorFn !== undefined) query.cursorFn = inRequest(query.cursorFn, call.request, step);
  if (query.forEachFn !== undefined) query.forEachFn = inRequest(query.forEachFn, call.request, step);
}

function inRequest(
  fn: Function,
  request: TracedRequest | undefined,
  step: (rows: unknown) => void,
): Function {
  if (ours.has(fn)) return fn;
  const wrapper = bindToRequest(request, fn, ({ 0: rows }) => step(rows));
  ours.add(wrapper);
  return wrapper;
}

function rowsOf(result: Result | Result[] | undefined): number | undefined {
  if (!Array.isArray(result)) return undefined;
  const { count, length } = result as unknown as Result;
  if (typeof count === 'number') return count;
  // Several statements in one have a result each.
  if (result.some(Array.isArray)) return result.reduce((sum, one) => sum + (rowsOf(one as never) ?? 0), 0);
  return count === null ? undefined : length;
}

/** Until it is sent, as the user wrote it. */
function describe({ args }: TracedCall): CallInfo {
  const { strings } = args[0] as Query;
  return { name: strings.reduce((text, part, i) => (i === 0 ? part : `${text}$${i}${part}`), '') };
}

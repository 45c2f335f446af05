/** Instrument of @neondatabase/serverless: statements by HTTP, and the pool and client of pg that it bundles. */

import { beginCall, beginCallFrom, endCall, type TracedCall } from '../call/call.cjs';
import { type CallSite, captureCallSite } from '../call/call-site.cjs';
import { endWhenSettled } from '../call/settle.cjs';
import { methodOwner, replaceMethod } from '../call/wrap.cjs';
import { pgConnections } from '../explain/pg.cjs';
import { attempt } from '../guard.cjs';
import { dataOf, isList, listOf, methodOf, plainText } from '../record/app-values.cjs';
import { maskParams } from '../record/sql-params.cjs';
import { describeCall } from '../record/value-budget.cjs';
import { currentRequest } from '../request/context.cjs';
import type { CallArguments, CallInfo, Instrument } from './instrument.cjs';
import { describePg, patchPgClient, patchPgPool, patchPgSubmit } from './pg.cjs';
import { runCarried } from './shared/carried-call.cjs';

type Class = { prototype: object };
interface Exports {
  neon: Function;
  Client: Class;
  Pool: Class;
  NeonQueryPromise: Class;
}
/** A query that is sent when it is first awaited. */
interface Query {
  execute: Function;
}

const FRAMES = 8;
const MAX_STATEMENTS = 100;
// Bound at load: the app may replace it.
const { then } = Promise.prototype;
const STARTERS = ['then', 'catch', 'finally'];

/** Calls of a query or of a transaction by HTTP: what they are asked for is their first argument. */
const asked = new WeakSet<object>();
/** Call sites of queries, by query, until they are sent. */
const sites = new WeakMap<object, CallSite | undefined>();
/** Functions that send a query and are observed. */
const executes = new WeakSet<Function>();

export const neon: Instrument = {
  library: '@neondatabase/serverless',
  versions: '>=1 <2',
  kind: 'sql',
  dialect: 'pg',
  explain: 'postgres',
  connections: pgConnections,
  channel: 'scooby:neon',
  describe: (call: CallArguments) => (asked.has(call.args) ? describeData(call.args[0]) : describePg(call)),
  files: {
    '@neondatabase/serverless/index.js': patchExports,
    '@neondatabase/serverless/index.mjs': (driver: Exports) => void patchExports(driver),
  },
  replaced: ['@neondatabase/serverless/index.js'],
  esm: { '@neondatabase/serverless/index.mjs': ['neon', 'Client', 'Pool', 'NeonQueryPromise'] },
};

/** Patches the classes, and makes a copy of the exports, which are getters, with another `neon`. */
function patchExports(driver: Exports): object | void {
  const { Client, Pool, NeonQueryPromise } = driver;
  const ownerOf = ({ prototype }: Class, method: string) => methodOwner(prototype, method) as object;
  patchPgClient(neon, ownerOf(Client, 'query'));
  // The pool's own query asks that of pg's, or by HTTP.
  patchPgPool(neon, ownerOf(Pool, 'connect'));
  attempt(patchPgSubmit, (Client as unknown as { Query: Class }).Query);
  for (const method of STARTERS) replaceMethod(NeonQueryPromise.prototype, method, wrapStarter);
  const made = wrapNeon(driver.neon);
  const descriptor = Object.getOwnPropertyDescriptor(driver, 'neon');
  if (descriptor?.set !== undefined || descriptor?.writable) driver.neon = made;
  else {
    const all = Object.getOwnPropertyDescriptors(driver);
    const own = { value: made, enumerable: true, configurable: true, writable: true };
    return Object.create(Object.getPrototypeOf(driver) as object, { ...all, neon: own }) as object;
  }
}

function describeData(data: unknown): CallInfo {
  const { text, values } = statementOf(data);
  if (!isList(data)) return { name: text, detail: values === undefined ? {} : { params: values } };
  const parts = listOf(data, MAX_STATEMENTS).map((query) => statementOf(dataOf(query, 'queryData')));
  const more = data.length > parts.length ? [`… (${data.length} statements)`] : [];
  const params = parts.map((part) => part.values ?? []);
  return {
    name: [...parts.map((part) => part.text), ...more].join(';\n'),
    detail: params.some((own) => own.length > 0) ? { params } : {},
  };
}

/** Text and masked values: a template of the app's is put together as the driver does. */
function statementOf(data: unknown): { text: string; values: unknown[] | undefined } {
  const compose = methodOf(data, 'toParameterizedQuery');
  const query: unknown = compose === undefined ? data : Reflect.apply(compose, data, []);
  const text = plainText(dataOf(query, 'query')) ?? '[object]';
  const params = dataOf(query, 'params');
  return { text, values: isList(params) && params.length > 0 ? maskParams(text, params, 'pg') : undefined };
}

/** Wraps the factory of the function that makes queries of templates. */
function wrapNeon(original: Function): Function {
  const copy = function neon(this: unknown) {
    const sql = Reflect.apply(original, this, arguments) as Function;
    return attempt(wrapSql, sql) ?? sql;
  };
  Object.defineProperty(copy, 'length', { value: original.length, configurable: true });
  return copy;
}

function wrapSql(sql: Function): Function {
  if (methodOf(sql, 'query') !== undefined) replaceMethod(sql, 'query', wrapMaker);
  if (methodOf(sql, 'transaction') !== undefined) replaceMethod(sql, 'transaction', wrapTransaction);
  const apply = (target: Function, self: unknown, args: unknown[]) => {
    const query: unknown = Reflect.apply(target, self, args);
    attempt(keepSite, query, apply);
    return query;
  };
  return new Proxy(sql, { apply });
}

function wrapMaker(original: Function): Function {
  return function query(this: unknown) {
    const made: unknown = Reflect.apply(original, this, arguments);
    attempt(keepSite, made, query);
    return made;
  };
}

function keepSite(query: unknown, wrapper: (...args: never[]) => unknown): void {
  if (typeof query === 'object' && query !== null) sites.set(query, captureCallSite(wrapper, FRAMES));
}

/** What awaits a query sends it; one that the pool makes has the line of the pool's call. */
function wrapStarter(original: Function): Function {
  return function then(this: Query) {
    attempt(replaceExecute, this, then);
    return Reflect.apply(original, this, arguments);
  };
}

function replaceExecute(query: Query, wrapper: (...args: never[]) => unknown): void {
  const site = sites.has(query) ? sites.get(query) : captureCallSite(wrapper, FRAMES);
  const { execute } = query;
  if (site === undefined || site.silent || executes.has(execute)) return;
  const wrapped = function (this: unknown, ...args: unknown[]) {
    const own = args.slice(0, 1);
    asked.add(own);
    const call = beginCallFrom(neon, { ...site, request: currentRequest() }, this, own);
    const result: unknown = runCarried(call, execute, this, args);
    if (result instanceof Promise)
      // What the app gets is another promise.
      Reflect.apply(then, result, [
        (value: unknown) => end(call, undefined, value),
        (error: unknown) => end(call, error ?? 'rejected', undefined),
      ]);
    return result;
  };
  executes.add(wrapped);
  query.execute = wrapped;
}

function wrapTransaction(original: Function): Function {
  return function transaction(this: unknown, ...args: unknown[]) {
    const [queries] = args;
    const own = [queries];
    asked.add(own);
    const call = beginCall(neon, transaction, this, own);
    if (call === undefined || call.silent) return Reflect.apply(original, this, args);
    // A function makes them when it is called, before this returns.
    if (typeof queries === 'function')
      args[0] = function (this: unknown) {
        const list: unknown = Reflect.apply(queries, this, arguments);
        attempt(describeCall, call, () => describeData(list));
        return list;
      };
    return endWhenSettled(call, runCarried(call, original, this, args), (_call, error, value) =>
      end(call, error, value),
    );
  };
}

function end(call: TracedCall, error: unknown, value: unknown): void {
  endCall(call, error, error ? undefined : rowsOf(value));
}

/** Rows, or affected ones; of a transaction those of all. */
function rowsOf(result: unknown): number | undefined {
  const count = dataOf(result, 'rowCount');
  if (typeof count === 'number') return count;
  if (!isList(result)) return undefined;
  const isOfSeveral =
    result.length > 0 && result.every((part) => isList(part) || dataOf(part, 'rowCount') !== undefined);
  return isOfSeveral ? result.reduce<number>((sum, part) => sum + (rowsOf(part) ?? 0), 0) : result.length;
}

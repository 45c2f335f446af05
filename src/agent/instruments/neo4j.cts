/** Instrument of neo4j-driver: statements of sessions and transactions, until their records have come. */

import { types } from 'node:util';
import { beginCall, bindToRequest, endCall, runCall, type TracedCall } from '../call/call.cjs';
import { wrapCall } from '../call/deferred.cjs';
import { methodOwner, replaceMethod } from '../call/wrap.cjs';
import { attempt } from '../guard.cjs';
import { dataOf, methodOf, plainText } from '../record/app-values.cjs';
import { maskNamedParams, maskStatement } from '../record/sql-params.cjs';
import type { CallInfo, Instrument } from './instrument.cjs';

type Class = { prototype: object };
type ClassModule = { default: Class };
type Observer = Record<string, unknown>;

const MAX_TEXT = 4000;
/** Texts and numbers within a statement. */
const LITERALS = /'[^']*'|"[^"]*"|(?<![\w$.])\d+(?:\.\d+)?/g;
const EVENTS = ['onKeys', 'onNext', 'onCompleted', 'onError'];

/** Calls by their result, whose observers hear of the end. */
const calls = new WeakMap<object, TracedCall>();

export const neo4j: Instrument = {
  library: 'neo4j-driver',
  versions: '>=4.4 <7',
  kind: 'rpc',
  channel: 'scooby:neo4j',
  describe,
  depth: 6,
  files: {
    'neo4j-driver-core/lib/session.js': ({ default: { prototype } }: ClassModule) =>
      replaceMethod(prototype, 'run', wrapRun),
    'neo4j-driver-core/lib/transaction.js': ({ default: { prototype } }: ClassModule) =>
      replaceMethod(prototype, 'run', wrapRun),
    'neo4j-driver-core/lib/result.js': ({ default: { prototype } }: ClassModule) =>
      // Before 5 there is one way to observe a result.
      replaceMethod(
        prototype,
        '_decorateObserver' in prototype ? '_decorateObserver' : 'subscribe',
        wrapDecorate,
      ),
    'neo4j-driver-core/lib/driver.js': ({ default: Driver }: ClassModule) => {
      // It runs its statement in a later turn.
      if ('executeQuery' in Driver.prototype) replaceMethod(Driver.prototype, 'executeQuery', wrapCall);
    },
  },
};

/** The statement with its parameters; either may be in one object. */
function describe({ args: { 0: query, 1: given } }: TracedCall): CallInfo {
  const text = plainText(query) ?? plainText(dataOf(query, 'text')) ?? '[object]';
  const values = given ?? dataOf(query, 'parameters');
  const name = maskStatement(text.slice(0, MAX_TEXT), 'standard').replace(/\s+/g, ' ').trim();
  const command = /^\w{1,20}/.exec(name)?.[0]?.toUpperCase() ?? 'RUN';
  const detail = { command, shape: name.replace(LITERALS, '?') };
  if (typeof values !== 'object' || values === null) return { name, detail };
  // Cypher's `$name` is SQL's `:name`.
  const readable = text.slice(0, MAX_TEXT).replace(/\$(?=[A-Za-z_])/g, ':');
  return { name, detail: { ...detail, arguments: maskNamedParams(readable, values, 'standard') } };
}

function wrapRun(original: Function): Function {
  return function run(this: unknown, ...args: unknown[]) {
    const call = beginCall(neo4j, run, this, args.slice(0, 2));
    if (call === undefined) return Reflect.apply(original, this, args);
    const result = runCall(call, original, this, args);
    if (typeof result === 'object' && result !== null) calls.set(result, call);
    else endCall(call);
    return result;
  };
}

/** The driver observes a result for its reader: as a promise, an iterator, or by itself. */
function wrapDecorate(original: Function): Function {
  return function decorate(this: object, ...args: unknown[]) {
    const call = calls.get(this);
    const { 0: observer } = args;
    const own = call === undefined || call.ended !== 0 ? undefined : attempt(watched, call, observer);
    if (own === undefined) return Reflect.apply(original, this, args);
    const hearsErrors = 'onError' in own;
    args[0] = own;
    const made: unknown = Reflect.apply(original, this, args);
    // Where the app does not hear of them, the driver prints them.
    if (!hearsErrors) attempt(hearErrors, call!, (made ?? own) as Observer);
    return made;
  };
}

/** Whether an observer's methods are data: those of another kind are the driver's to read. */
function isReadable(observer: unknown): observer is Observer {
  if (typeof observer !== 'object' || observer === null || types.isProxy(observer)) return false;
  return EVENTS.every((event) => {
    const owner = methodOwner(observer, event);
    if (owner === undefined || methodOf(owner, event) !== undefined) return true;
    const property = Object.getOwnPropertyDescriptor(owner, event);
    return property !== undefined && 'value' in property && (property.value ?? undefined) === undefined;
  });
}

/** Wraps what the driver has put in place of a listener of errors that is missing. */
function hearErrors(call: TracedCall, observer: Observer): void {
  const { onError } = observer;
  if (typeof onError !== 'function') return;
  observer.onError = bindToRequest(call.request, onError, ({ 0: error }) =>
    endCall(call, error ?? 'rejected'),
  );
}

function watched(call: TracedCall, observer: unknown): Observer | undefined {
  if (!isReadable(observer)) return undefined;
  // Without a listener of records none is counted.
  let rows = methodOf(observer, 'onNext') === undefined ? undefined : 0;
  const note = (event: string, value: unknown) => {
    if (event === 'onNext' && rows !== undefined) rows++;
    if (event === 'onCompleted') endCall(call, undefined, rows);
    if (event === 'onError') endCall(call, value ?? 'rejected');
  };
  const given = EVENTS.flatMap((event) => {
    const method = methodOf(observer, event);
    if (method === undefined && event !== 'onCompleted') return [];
    const pass = function (this: unknown) {
      return method === undefined ? undefined : Reflect.apply(method, observer, arguments);
    };
    return [[event, bindToRequest(call.request, pass, ({ 0: value }) => note(event, value))] as const];
  });
  return Object.fromEntries(given);
}

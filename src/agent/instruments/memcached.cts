/** Instrument of memcached: one call per command, whatever its number of keys and servers. */

import { types } from 'node:util';
import { beginCall, callOfCallback, endCall, runCall, type TracedCall, wrapCallback } from '../call/call.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import { attempt } from '../guard.cjs';
import { isList } from '../record/app-values.cjs';
import { toJson } from '../record/to-json.cjs';
import type { Instrument } from './instrument.cjs';
import { byteLengthOf, cacheCallInfo, keyTexts, readFacts } from './shared/cache.cjs';

const METHODS =
  `get getMulti gets set add replace cas append prepend touch del delete incr increment decr decrement
  version flush flushAll stats settings statsSettings slabs statsSlabs items statsItems cachedump`.split(
    /\s+/,
  );

export const memcached: Instrument = {
  library: 'memcached',
  versions: '>=2 <3',
  kind: 'cache',
  marker: 'No servers where supplied in the arguments',
  channel: 'scooby:memcached',
  describe: ({ args: { 0: method, 1: key } }) =>
    // A command without a key has its callback in the key's place.
    cacheCallInfo(String(method), { keys: typeof key === 'function' ? [] : keyTexts(key) }),
  files: {
    'memcached/lib/memcached.js': ({ prototype }: { prototype: object }) => {
      for (const method of METHODS)
        replaceMethod(prototype, method, (original) => wrapCommand(method, original));
      replaceMethod(prototype, 'command', wrapCompile);
    },
  },
};

function wrapCommand(method: string, original: Function): Function {
  return function run(this: object, ...args: unknown[]) {
    // Without a callback nothing is sent, and this client does not accept an async function.
    const at = args.findLastIndex((arg) => attempt(isCallback, arg));
    // get with several keys calls getMulti, which is recorded.
    if (at < 0 || (method === 'get' && attempt(Array.isArray, args[0])))
      return Reflect.apply(original, this, args);
    const call = beginCall(memcached, run, this, [method, ...args]);
    if (call === undefined) return Reflect.apply(original, this, args);
    args[at] = wrapCallback(call, args[at] as Function, onReply);
    return runCall(call, original, this, args);
  };
}

/** As the client sees it, but without reading the function's tag, which may be a getter. */
function isCallback(value: unknown): boolean {
  return typeof value === 'function' && !types.isAsyncFunction(value) && !types.isGeneratorFunction(value);
}

function onReply(call: TracedCall, { 0: error, 1: result }: ArrayLike<unknown>): void {
  endCall(call, error || undefined, undefined, error ? undefined : factsOf(call.args, result));
}

function factsOf({ 0: method, 1: key }: ArrayLike<unknown>, result: unknown) {
  if (!/^get/.test(String(method))) return result === false ? { done: false } : undefined;
  const replies = method === 'getMulti' ? Object.values(result as object) : [replyValue(method, result)];
  const values = replies.filter((value) => value !== undefined);
  return readFacts(countKeys(key), values.length, byteLengthOf(values.map(storedForm)));
}

function countKeys(key: unknown): number {
  return isList(key) ? key.length : 1;
}

/** gets replies with the value and a token for cas. */
function replyValue(method: unknown, result: unknown): unknown {
  return method === 'gets' && result ? Object.values(result)[0] : result;
}

/** Values other than text are stored as JSON; the library parsed these, so no app code runs. */
function storedForm(value: unknown): unknown {
  return typeof value === 'string' || ArrayBuffer.isView(value) ? value : toJson(value);
}

function recordSize({ callback, value }: { callback?: unknown; value?: unknown }): void {
  const detail = callOfCallback(callback)?.info?.detail;
  if (detail !== undefined && typeof value === 'string') detail.bytes = Buffer.byteLength(value);
}

/** The size of the value is known when the client compiles its command. */
function wrapCompile(original: Function): Function {
  return function command(this: object, compile: Function, server: unknown) {
    const compileMeasured = (noreply: unknown) => {
      const query = compile(noreply);
      attempt(recordSize, query);
      return query;
    };
    return original.call(this, compileMeasured, server);
  };
}

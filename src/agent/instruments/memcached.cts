/** memcached: every command of the client, one call however many keys and servers it asks. */

import { beginCall, callOfCallback, endCall, runCall, type TracedCall, wrapCallback } from '../call/call.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import type { Instrument } from './instrument.cjs';
import { byteLengthOf, cacheCallInfo, givenKeys, readFacts } from './shared/cache.cjs';

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
    // A command without a key has its callback there.
    cacheCallInfo(String(method), { keys: typeof key === 'function' ? [] : givenKeys(key) }),
  files: {
    'memcached/lib/memcached.js': ({ prototype }: { prototype: object }) => {
      for (const method of METHODS)
        replaceMethod(prototype, method, (original) => speaking(method, original));
      replaceMethod(prototype, 'command', measuring);
    },
  },
};

function speaking(method: string, original: Function): Function {
  return function speak(this: object, ...args: unknown[]) {
    // Without a callback nothing is sent, and to this client an async function is none.
    const at = args.findLastIndex((one) => Object.prototype.toString.call(one) === '[object Function]');
    // Several keys are handed on to getMulti, which tells them.
    if (at < 0 || (method === 'get' && Array.isArray(args[0]))) return Reflect.apply(original, this, args);
    const call = beginCall(memcached, speak, this, [method, ...args]);
    if (call === undefined) return Reflect.apply(original, this, args);
    args[at] = wrapCallback(call, args[at] as Function, over);
    return runCall(call, original, this, args);
  };
}

function over(call: TracedCall, { 0: error, 1: result }: ArrayLike<unknown>): void {
  endCall(call, error || undefined, undefined, error ? undefined : factsOf(call.args, result));
}

function factsOf({ 0: method, 1: key }: ArrayLike<unknown>, result: unknown) {
  if (!/^get/.test(String(method))) return result === false ? { done: false } : undefined;
  const all = method === 'getMulti' ? Object.values(result as object) : [found(method, result)];
  const values = all.filter((value) => value !== undefined);
  return readFacts(givenKeys(key).length, values.length, byteLengthOf(values.map(raw)));
}

/** gets answers the value and what to compare it by. */
function found(method: unknown, result: unknown): unknown {
  return method === 'gets' && result ? Object.values(result)[0] : result;
}

/** What is no text is kept as JSON; objects here are what the library has read: nothing of the app's is in them. */
function raw(value: unknown): unknown {
  return typeof value === 'string' || ArrayBuffer.isView(value) ? value : JSON.stringify(value);
}

/** A value is in bytes when the client compiles its command. */
function measuring(original: Function): Function {
  return function command(this: object, compile: Function, server: unknown) {
    const measured = (noreply: unknown) => {
      const query = compile(noreply);
      const detail = callOfCallback(query.callback)?.info?.detail;
      if (detail !== undefined && typeof query.value === 'string')
        detail.bytes = Buffer.byteLength(query.value);
      return query;
    };
    return original.call(this, measured, server);
  };
}

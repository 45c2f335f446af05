/** memcached: every command of the client, one call however many keys and servers it asks. */

import { cacheFacts, cacheSpeech } from '../cache.cjs';
import { begin, bound, type Call, end, replace, unrecorded } from '../traced.cjs';
import type { Instrument } from './instrument.cjs';

const METHODS =
  `get getMulti gets set add replace cas append prepend touch del delete incr increment decr decrement
  version flush flushAll stats settings statsSettings slabs statsSlabs items statsItems cachedump`.split(
    /\s+/,
  );

/** The call that the client is making: get hands several keys on to getMulti. */
let making: Call | undefined;

export const memcached: Instrument = {
  library: 'memcached',
  versions: '>=2 <3',
  kind: 'cache',
  channel: 'scooby:memcached',
  describe: ({ args }) => cacheSpeech(String(args[0]), args[1]),
  files: {
    'memcached/lib/memcached.js': ({ prototype }: { prototype: object }) => {
      for (const method of METHODS) replace(prototype, method, (original) => speaking(method, original));
      replace(prototype, 'command', measuring);
    },
  },
};

function speaking(method: string, original: Function): Function {
  return function speak(this: object, ...args: unknown[]) {
    // Without a callback nothing is sent, and to this client an async function is none.
    const at = args.findLastIndex((one) => Object.prototype.toString.call(one) === '[object Function]');
    if (making !== undefined || at < 0) return Reflect.apply(original, this, args);
    const callback = args[at] as Function;
    const call = begin(memcached, speak, this, [method, ...args]);
    args[at] =
      call === undefined ? unrecorded(callback) : bound(call.request, callback, over.bind(null, call));
    making = call;
    try {
      return Reflect.apply(original, this, args);
    } finally {
      making = undefined;
    }
  };
}

function over(call: Call, [error, result]: unknown[]): void {
  // Some callbacks come at once: what the app asks for in them is another call.
  making = undefined;
  end(call, error || undefined, undefined, error ? undefined : factsOf(call.args, result));
}

function factsOf({ 0: method, 1: key }: ArrayLike<unknown>, result: unknown) {
  if (!/^get/.test(String(method))) return result === false ? { done: false } : undefined;
  if (Array.isArray(key)) return cacheFacts(key, Object.values(result as object));
  // gets answers the value and what to compare it by.
  const value = method === 'gets' && result ? Object.values(result)[0] : result;
  return cacheFacts(key, value === undefined ? [] : [value]);
}

/** A value is in bytes when the client compiles its command. */
function measuring(original: Function): Function {
  return function command(this: object, compile: Function, server: unknown) {
    const detail = making?.speech?.detail;
    const measured = (noreply: unknown) => {
      const query = compile(noreply);
      if (typeof query.value === 'string') detail!.bytes = Buffer.byteLength(query.value);
      return query;
    };
    return original.call(this, detail === undefined ? compile : measured, server);
  };
}

/** node-redis (redis, @redis/client): commands where they are queued, pub/sub until it is acknowledged, MULTI and pipelines as one call. */

import { beginCall, bindToRequest, discardCall, endCall, type TracedCall } from '../call/call.cjs';
import { captureCallSite, runFrom } from '../call/call-site.cjs';
import { observePromise } from '../call/observe-promise.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import type { CallInfo, Instrument } from './instrument.cjs';
import { redisBatchFacts, redisBatchInfo, redisCallInfo, replyFacts } from './shared/redis-command.cjs';

type Args = ArrayLike<unknown>;
/** `commands` of a batch have the command as the first of their `args`. */
interface Asked {
  kind?: string;
  args?: Args;
  commands?: { args: Args }[];
}
type Class = { default: { prototype: object } };

/** Commands are being queued that a batch is made of. */
let inBatch = false;

export const redis: Instrument = {
  library: 'redis',
  versions: '>=4 <7',
  kind: 'cache',
  marker: 'Socket already opened',
  channel: 'scooby:redis',
  describe: ({ args }) => speechOf(args[0] as Asked),
  depth: 8,
  files: {
    '@redis/client/dist/lib/client/commands-queue.js': ({ default: { prototype } }: Class) => {
      replaceMethod(prototype, 'addCommand', wrapAdd);
      for (const method of ['subscribe', 'unsubscribe']) replaceMethod(prototype, method, wrapSubscribe);
    },
    '@redis/client/dist/lib/client/index.js': ({ default: { prototype } }: Class) => {
      // The first is that of version 4, for both.
      for (const method of ['multiExecutor', '_executeMulti', '_executePipeline'])
        if (method in prototype) replaceMethod(prototype, method, wrapBatch);
    },
    '@redis/client/dist/lib/client/pool.js': (exports: { RedisClientPool: { prototype: object } }) =>
      replaceMethod(exports.RedisClientPool.prototype, 'execute', wrapExecute),
  },
};

function speechOf({ kind, args, commands }: Asked): CallInfo {
  if (commands !== undefined) return redisBatchInfo(kind!, commands.map(named));
  const { name, args: given } = named({ args: args! });
  return redisCallInfo(name, given);
}

function named({ args }: { args: Args }): { name: string; args: unknown[] } {
  const [name, ...rest] = Array.from(args);
  return { name: String(name), args: rest };
}

function wrapAdd(original: Function): Function {
  return function addCommand(this: object, args: Args, options?: { asap?: boolean }) {
    // What the client says by itself when it connects goes to the head of the queue.
    if (inBatch || options?.asap) return Reflect.apply(original, this, arguments);
    return queued(original, this, arguments, addCommand, { args });
  };
}

function wrapSubscribe(original: Function): Function {
  return function subscribe(this: object, type: string, channels: string | string[] | undefined) {
    const prefix = { PATTERNS: 'P', SHARDED: 'S' }[type] ?? '';
    const list = Array.isArray(channels) ? channels : channels === undefined ? [] : [channels];
    const args = [`${prefix}${original.name}`, ...list];
    return queued(original, this, arguments, subscribe, { args });
  };
}

/** The queue makes its promise at once, with the global class: what settles it is heard there, and not on it. */
function queued(
  original: Function,
  queue: object,
  given: IArguments,
  cut: (...args: never[]) => unknown,
  asked: Asked,
): unknown {
  const call = beginCall(redis, cut, queue, [asked]);
  if (call === undefined) return Reflect.apply(original, queue, given);
  const name = String(asked.args![0]);
  const settled = (error: unknown, reply: unknown) =>
    endCall(call, error, undefined, replyFacts(name, reply));
  const promise = observePromise(globalThis, 'Promise', settled, () => Reflect.apply(original, queue, given));
  // Nothing to send: the channel is listened to already.
  if (promise === undefined) discardCall(call);
  return promise;
}

/** The promise is the multi's own, which awaits it and gives the app another one. */
function wrapBatch(original: Function): Function {
  return function execute(this: object, commands: { args: Args }[], _db: unknown, chain?: unknown) {
    const multi = original.name === '_executeMulti' || chain !== undefined;
    const call = beginCall(redis, execute, this, [{ kind: multi ? 'multi' : 'pipeline', commands }]);
    const before = inBatch;
    inBatch = true;
    try {
      const promise = Reflect.apply(original, this, arguments) as Promise<unknown>;
      if (call === undefined) return promise;
      const over = (replies: unknown) => {
        // Version 4 answers what MULTI and each command in it were answered, and then the transaction.
        const own = original.name === 'multiExecutor' && multi ? (replies as unknown[])[2] : replies;
        endBatch(call, commands, own);
      };
      promise.then(over, (error) => endCall(call, error ?? 'rejected'));
      return promise;
    } finally {
      inBatch = before;
    }
  };
}

function endBatch(call: TracedCall, commands: { args: Args }[], replies: unknown): void {
  if (!Array.isArray(replies)) return endCall(call, 'WatchError: a watched key has changed');
  const failed = replies.find((reply) => reply instanceof Error);
  endCall(call, failed, undefined, redisBatchFacts(commands.map(named), replies));
}

/** A pool runs what it is given when a client comes free, in the context of whoever freed it. */
function wrapExecute(original: Function): Function {
  return function execute(this: object, fn: Function) {
    const site = typeof fn === 'function' ? captureCallSite(execute) : undefined;
    if (site === undefined) return Reflect.apply(original, this, arguments);
    const task = function (this: unknown) {
      return runFrom(site, fn, this, arguments);
    };
    return original.call(this, bindToRequest(site.request, task));
  };
}

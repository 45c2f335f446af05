/** Instrument of node-redis: commands and pub/sub as they are queued, batches as one call. */

import { beginCall, bindToRequest, discardCall, endCall, type TracedCall } from '../call/call.cjs';
import { captureCallSite, runFrom } from '../call/call-site.cjs';
import { observePromise } from '../call/observe-promise.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import { attempt } from '../guard.cjs';
import { dataOf, isList, listOf, plainText } from '../record/app-values.cjs';
import type { CallInfo, Instrument } from './instrument.cjs';
import { redisBatchFacts, redisBatchInfo, redisCallInfo, replyFacts } from './shared/redis-command.cjs';

type Args = ArrayLike<unknown>;
/** A command, or the `commands` of a batch; `args` include the command's name. */
interface CommandOrBatch {
  kind?: string;
  args?: Args;
  commands?: { args: Args }[];
}
type Class = { default: { prototype: object } };

/** Arguments. */
const MAX_READ = 10_000;

/** True while the commands of a batch are queued: they have no calls of their own. */
let inBatch = false;

export const redis: Instrument = {
  library: 'redis',
  versions: '>=4 <7',
  kind: 'cache',
  marker: 'Socket already opened',
  channel: 'scooby:redis',
  describe: ({ args }) => callInfoOf(args[0] as CommandOrBatch),
  depth: 8,
  files: {
    '@redis/client/dist/lib/client/commands-queue.js': ({ default: { prototype } }: Class) => {
      replaceMethod(prototype, 'addCommand', wrapAddCommand);
      for (const method of ['subscribe', 'unsubscribe']) replaceMethod(prototype, method, wrapSubscribe);
    },
    '@redis/client/dist/lib/client/index.js': ({ default: { prototype } }: Class) => {
      // multiExecutor is version 4's, for MULTI and pipelines.
      for (const method of ['multiExecutor', '_executeMulti', '_executePipeline'])
        if (method in prototype) replaceMethod(prototype, method, wrapBatch);
    },
    '@redis/client/dist/lib/client/pool.js': (exports: { RedisClientPool: { prototype: object } }) =>
      replaceMethod(exports.RedisClientPool.prototype, 'execute', wrapExecute),
  },
};

function callInfoOf({ kind, args, commands }: CommandOrBatch): CallInfo {
  if (commands !== undefined) return redisBatchInfo(kind!, commands.map(splitName));
  const { name, args: rest } = splitName({ args: args! });
  return redisCallInfo(name, rest);
}

function splitName({ args }: { args: Args }): { name: string; args: unknown[] } {
  const [name, ...rest] = listOf(args, MAX_READ);
  // Keys and arguments are counted by their positions.
  if (isList(args) && args.length > MAX_READ) rest.length = args.length - 1;
  return { name: plainText(name) ?? 'command', args: rest };
}

function wrapAddCommand(original: Function): Function {
  return function addCommand(this: object, args: Args, options?: { asap?: boolean }) {
    // The client queues its own commands on connecting with asap, at the head of the queue.
    if (inBatch || attempt(dataOf, options, 'asap')) return Reflect.apply(original, this, arguments);
    return recordQueued(original, this, arguments, addCommand, { args });
  };
}

function wrapSubscribe(original: Function): Function {
  return function subscribe(this: object, type: string, channels: string | string[] | undefined) {
    const args = attempt(subscribeArgs, original.name, type, channels);
    if (args === undefined) return Reflect.apply(original, this, arguments);
    return recordQueued(original, this, arguments, subscribe, { args });
  };
}

function subscribeArgs(name: string, type: string, channels: string | string[] | undefined): unknown[] {
  const prefix = { PATTERNS: 'P', SHARDED: 'S' }[type] ?? '';
  const list = typeof channels === 'string' ? [channels] : listOf(channels, MAX_READ);
  return [`${prefix}${name}`, ...list];
}

/** Records a command: the queue creates its promise, with the global class, in this tick. */
function recordQueued(
  original: Function,
  queue: object,
  args: IArguments,
  cut: (...args: never[]) => unknown,
  command: CommandOrBatch,
): unknown {
  const call = beginCall(redis, cut, queue, [command]);
  if (call === undefined) return Reflect.apply(original, queue, args);
  const onSettled = (error: unknown, reply: unknown) =>
    endCall(call, error, undefined, attempt(factsOf, command, reply));
  const promise = observePromise(globalThis, 'Promise', onSettled, () =>
    Reflect.apply(original, queue, args),
  );
  // Nothing is sent for a channel that is subscribed already.
  if (promise === undefined) discardCall(call);
  return promise;
}

/** A handler on this promise is safe: the client awaits it, and the app receives another. */
function wrapBatch(original: Function): Function {
  return function execute(this: object, commands: { args: Args }[], _db: unknown, chain?: unknown) {
    const multi = original.name === '_executeMulti' || chain !== undefined;
    const call = beginCall(redis, execute, this, [{ kind: multi ? 'multi' : 'pipeline', commands }]);
    const before = inBatch;
    inBatch = true;
    try {
      const promise = Reflect.apply(original, this, arguments) as Promise<unknown>;
      if (call === undefined) return promise;
      const onReplies = (replies: unknown) => {
        // Version 4 resolves with the replies of MULTI, of queueing, and third of the transaction.
        const batchReplies = original.name === 'multiExecutor' && multi ? (replies as unknown[])[2] : replies;
        attempt(endBatch, call, commands, batchReplies);
      };
      promise.then(onReplies, (error) => endCall(call, error ?? 'rejected'));
      return promise;
    } finally {
      inBatch = before;
    }
  };
}

function factsOf({ args }: CommandOrBatch, reply: unknown) {
  return replyFacts(plainText(listOf(args, 1)[0]) ?? '', reply);
}

function endBatch(call: TracedCall, commands: { args: Args }[], replies: unknown): void {
  if (!Array.isArray(replies)) return endCall(call, 'WatchError: a watched key has changed');
  const failed = replies.find((reply) => reply instanceof Error);
  endCall(call, failed, undefined, redisBatchFacts(commands.map(splitName), replies));
}

/** A pool runs `fn` when a client comes free, in the async context of the request that freed it. */
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

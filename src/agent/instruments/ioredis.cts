/** ioredis: every command at sendCommand, Redis' and Cluster's; pipelines and MULTI at exec, as one call. */

import { beginCall, endCall, type TracedCall } from '../call/call.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import { now } from '../request/traced-request.cjs';
import type { CallInfo, Instrument } from './instrument.cjs';
import { redisBatchFacts, redisBatchInfo, redisCallInfo, replyFacts } from './shared/redis-command.cjs';

interface Command {
  name: string;
  args: unknown[];
  pipelineIndex?: number;
  inTransaction?: boolean;
  resolve(value: unknown): unknown;
  reject(error: unknown): unknown;
}
interface Pipeline {
  _queue: Command[];
  _transactions: number;
  resolve(results: unknown): unknown;
  reject(error: unknown): unknown;
  redis: Redis;
}
interface Redis {
  scriptsSet?: Record<string, { sha: string }>;
}
type Class = { default: { prototype: object } };
type Reply = [error: unknown, value?: unknown];

/** What is in flight: a command is sent again once there is a connection, and after a redirection. */
const calls = new WeakMap<object, TracedCall>();
/** By which each copy of ioredis marks the pipelines that it makes by itself. */
const automatic: symbol[] = [];
/** ioredis is talking for itself: AUTH, INFO, CLUSTER SLOTS and the like. */
let own = false;

export const ioredis: Instrument = {
  library: 'ioredis',
  versions: '>=4 <7',
  kind: 'cache',
  marker: 'Redis is already connecting/connected',
  channel: 'scooby:ioredis',
  describe,
  files: {
    'ioredis/built/Redis.js': patchClient,
    'ioredis/built/redis/index.js': patchClient,
    'ioredis/built/cluster/index.js': patchClient,
    'ioredis/built/Pipeline.js': patchPipeline,
    'ioredis/built/pipeline.js': patchPipeline,
    'ioredis/built/autoPipelining.js': (exports: { kExec?: symbol }) => {
      if (exports.kExec !== undefined) automatic.push(exports.kExec);
    },
    'ioredis/built/redis/event_handler.js': (exports: object) => {
      for (const handler of ['connectHandler', 'readyHandler']) replaceMethod(exports, handler, makingOwn);
    },
  },
};

function patchClient({ default: { prototype } }: Class): void {
  replaceMethod(prototype, 'sendCommand', wrapSend);
  for (const method of ['_readyCheck', 'getInfoFromNode'])
    if (method in prototype) replaceMethod(prototype, method, asOwn);
}

function patchPipeline({ default: { prototype } }: Class): void {
  // Only those commands that ioredis gathers by itself: it is they, and not the pipeline, that the user wrote.
  replaceMethod(prototype, 'sendCommand', (original) => {
    const send = wrapSend(original);
    return function sendCommand(this: object) {
      return Reflect.apply(isAutomatic(this) ? send : original, this, arguments);
    };
  });
  replaceMethod(prototype, 'exec', wrapExec);
}

function wrapSend(original: Function): Function {
  return function sendCommand(this: object, command: Command) {
    const known = calls.get(command);
    if (known === undefined) {
      if (own || command.pipelineIndex !== undefined || isGreeting(command)) {
        return Reflect.apply(original, this, arguments);
      }
      const call = beginCall(ioredis, sendCommand, this, [command]);
      if (call === undefined) return Reflect.apply(original, this, arguments);
      calls.set(command, call);
      settling(command, call, (reply) =>
        endCall(call, undefined, undefined, replyFacts(command.name, reply)),
      );
    } else if (known.ended === 0 && known.wait === 0) known.wait = now() - known.began;
    return Reflect.apply(original, this, arguments);
  };
}

/** The promise that the app has is made of these two: it hears of the end after we did, and nobody listens to it but the app. */
function settling(owner: Command | Pipeline, call: TracedCall, over: (value: unknown) => void): void {
  const { resolve, reject } = owner;
  owner.resolve = function (value) {
    if (call.ended === 0) over(value);
    return resolve.call(this, value);
  };
  owner.reject = function (error) {
    endCall(call, error ?? 'rejected');
    return reject.call(this, error);
  };
}

function wrapExec(original: Function): Function {
  return function exec(this: Pipeline) {
    // Inside MULTI the first exec only adds EXEC to the queue; a cluster's calls itself again once it knows its nodes.
    if (this._transactions > 0 || isAutomatic(this) || calls.has(this) || this._queue.length === 0) {
      return Reflect.apply(original, this, arguments);
    }
    const call = beginCall(ioredis, exec, this, [this]);
    if (call === undefined) return Reflect.apply(original, this, arguments);
    calls.set(this, call);
    settling(this, call, (results) => {
      const { error, replies } = repliesOf(this, results as Reply[]);
      endCall(call, error, undefined, redisBatchFacts(commandsOf(this), replies));
    });
    return Reflect.apply(original, this, arguments);
  };
}

function describe({ self, args }: TracedCall): CallInfo {
  const given = args[0] as Command | Pipeline;
  if ('_queue' in given)
    return redisBatchInfo(isTransaction(given) ? 'multi' : 'pipeline', commandsOf(given));
  return redisCallInfo(given.name, given.args, scriptOf(self as Redis & Partial<Pipeline>, given));
}

/** Answers the name that defineCommand gave to a script, which is sent by its hash. */
function scriptOf(client: Redis & Partial<Pipeline>, { name, args }: Command): string | undefined {
  if (name !== 'evalsha') return undefined;
  const scripts = (client.redis ?? client).scriptsSet ?? {};
  return Object.keys(scripts).find((title) => scripts[title]!.sha === args[0]);
}

function isTransaction({ _queue }: Pipeline): boolean {
  return _queue[0]?.name === 'multi' && _queue.at(-1)?.name === 'exec';
}

function commandsOf(pipeline: Pipeline): Command[] {
  return isTransaction(pipeline) ? pipeline._queue.slice(1, -1) : pipeline._queue;
}

/** The replies of a transaction come with its EXEC; all others say that they are queued. */
function repliesOf(pipeline: Pipeline, results: Reply[]): { error: unknown; replies: unknown[] } {
  const failed = results.find(([error]) => error);
  const replies = isTransaction(pipeline)
    ? results.at(-1)?.[1]
    : results.map(([error, value]) => error ?? value);
  const list = Array.isArray(replies) ? replies : [];
  return { error: failed?.[0] ?? list.find((reply) => reply instanceof Error), replies: list };
}

function isAutomatic(pipeline: object): boolean {
  return automatic.some((mark) => mark in pipeline);
}

/** Sent by ioredis on each connection, from behind a promise. */
function isGreeting({ name, args }: Command): boolean {
  return name === 'client' && /^setinfo$/i.test(String(args[0]));
}

function makingOwn(original: Function): Function {
  return function (this: unknown) {
    return asOwn(Reflect.apply(original, this, arguments) as Function);
  };
}

/** Answers the function as one whose commands are ioredis' own. */
function asOwn(original: Function): Function {
  return function (this: unknown) {
    const before = own;
    own = true;
    try {
      return Reflect.apply(original, this, arguments);
    } finally {
      own = before;
    }
  };
}

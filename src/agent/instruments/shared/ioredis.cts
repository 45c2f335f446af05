/** What ioredis and its forks have in common: commands at sendCommand, pipelines and MULTI as one call at exec. */

import { beginCall, endCall, type TracedCall } from '../../call/call.cjs';
import { replaceMethod } from '../../call/wrap.cjs';
import { attempt } from '../../guard.cjs';
import { now } from '../../request/traced-request.cjs';
import type { CallInfo, Instrument } from '../instrument.cjs';
import { redisBatchFacts, redisBatchInfo, redisCallInfo, replyFacts } from './redis-command.cjs';
import { argumentText } from './redis-keys.cjs';

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

/** Calls by command or pipeline: commands are sent again when connected and after a redirection. */
const calls = new WeakMap<object, TracedCall>();
/** Symbols by which each copy of ioredis marks automatic pipelines. */
const autoPipelineMarks: symbol[] = [];
/** True while ioredis sends commands of its own: AUTH, INFO, CLUSTER SLOTS and the like. */
let internal = false;

/** Instrument of a client that has the files of ioredis; `marker` reveals bundled copies. */
export function ioredisLike(library: string, facts: Pick<Instrument, 'versions' | 'marker'>): Instrument {
  const instrument: Instrument = {
    ...{ library, ...facts, kind: 'cache', channel: `scooby:${library}` },
    describe,
    files: {},
  };
  const client = (exports: Class) => patchClient(instrument, exports);
  const pipeline = (exports: Class) => patchPipeline(instrument, exports);
  Object.assign(instrument.files, {
    [`${library}/built/Redis.js`]: client,
    [`${library}/built/redis/index.js`]: client,
    [`${library}/built/cluster/index.js`]: client,
    [`${library}/built/Pipeline.js`]: pipeline,
    [`${library}/built/pipeline.js`]: pipeline,
    [`${library}/built/autoPipelining.js`]: (exports: { kExec?: symbol }) => {
      if (exports.kExec !== undefined) autoPipelineMarks.push(exports.kExec);
    },
    [`${library}/built/redis/event_handler.js`]: (exports: object) => {
      for (const handler of ['connectHandler', 'readyHandler'])
        replaceMethod(exports, handler, wrapHandlerFactory);
    },
  });
  return instrument;
}

function patchClient(instrument: Instrument, { default: { prototype } }: Class): void {
  replaceMethod(prototype, 'sendCommand', (original) => wrapSendCommand(instrument, original));
  for (const method of ['_readyCheck', 'getInfoFromNode'])
    if (method in prototype) replaceMethod(prototype, method, wrapInternal);
}

function patchPipeline(instrument: Instrument, { default: { prototype } }: Class): void {
  // Commands of an automatic pipeline are recorded one by one: the app did not write the pipeline.
  replaceMethod(prototype, 'sendCommand', (original) => {
    const send = wrapSendCommand(instrument, original);
    return function sendCommand(this: object) {
      return Reflect.apply(attempt(isAutoPipeline, this) ? send : original, this, arguments);
    };
  });
  replaceMethod(prototype, 'exec', (original) => wrapExec(instrument, original));
}

function wrapSendCommand(instrument: Instrument, original: Function): Function {
  return function sendCommand(this: object, command: Command) {
    attempt(recordCommand, instrument, sendCommand, this, command);
    return Reflect.apply(original, this, arguments);
  };
}

function recordCommand(
  instrument: Instrument,
  cut: (...args: never[]) => unknown,
  client: object,
  command: Command,
): void {
  const known = calls.get(command);
  if (known !== undefined) {
    if (known.ended === 0 && known.wait === 0) noteOffline(known, now() - known.began);
    return;
  }
  if (internal || command.pipelineIndex !== undefined || isGreeting(command)) return;
  const call = beginCall(instrument, cut, client, [command]);
  if (call === undefined) return;
  calls.set(command, call);
  observeSettling(command, call, (reply) =>
    endCall(call, undefined, undefined, replyFacts(command.name, reply)),
  );
}

/** A command waited in the client's own queue until the client was connected. */
function noteOffline(call: TracedCall, ms: number): void {
  call.wait = ms;
  if (call.info !== undefined) (call.info.detail ??= {}).queue = Math.round(ms * 1000) / 1000;
}

/**
 * Ends the call before the app's promise settles. Wraps the promise's resolve and reject, because a
 * handler on the promise itself would silence the app's unhandled rejections.
 */
function observeSettling(
  owner: Command | Pipeline,
  call: TracedCall,
  onResolved: (value: unknown) => void,
): void {
  const { resolve, reject } = owner;
  owner.resolve = function (value) {
    if (call.ended === 0) attempt(onResolved, value);
    return resolve.call(this, value);
  };
  owner.reject = function (error) {
    endCall(call, error ?? 'rejected');
    return reject.call(this, error);
  };
}

function wrapExec(instrument: Instrument, original: Function): Function {
  return function exec(this: Pipeline) {
    attempt(recordExec, instrument, exec, this);
    return Reflect.apply(original, this, arguments);
  };
}

function recordExec(instrument: Instrument, cut: (...args: never[]) => unknown, pipeline: Pipeline): void {
  // Inside MULTI the first exec only queues EXEC.
  if (pipeline._transactions > 0 || isAutoPipeline(pipeline)) return;
  // A cluster's exec calls itself again when it knows its nodes.
  if (calls.has(pipeline) || pipeline._queue.length === 0) return;
  const call = beginCall(instrument, cut, pipeline, [pipeline]);
  if (call === undefined) return;
  calls.set(pipeline, call);
  observeSettling(pipeline, call, (results) => {
    const { error, replies } = repliesOf(pipeline, results as Reply[]);
    endCall(call, error, undefined, redisBatchFacts(commandsOf(pipeline), replies));
  });
}

function describe({ self, args }: TracedCall): CallInfo {
  const target = args[0] as Command | Pipeline;
  if ('_queue' in target)
    return redisBatchInfo(isTransaction(target) ? 'multi' : 'pipeline', commandsOf(target));
  return redisCallInfo(target.name, target.args, scriptName(self as Redis & Partial<Pipeline>, target));
}

/** Name of a script of defineCommand, which is sent as EVALSHA with its hash. */
function scriptName(client: Redis & Partial<Pipeline>, { name, args }: Command): string | undefined {
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

/** Replies of a batch; those of a transaction are the reply to EXEC, the others are only QUEUED. */
function repliesOf(pipeline: Pipeline, results: Reply[]): { error: unknown; replies: unknown[] } {
  const failed = results.find(([error]) => error);
  const replies = isTransaction(pipeline)
    ? results.at(-1)?.[1]
    : results.map(([error, value]) => error ?? value);
  const list = Array.isArray(replies) ? replies : [];
  return { error: failed?.[0] ?? list.find((reply) => reply instanceof Error), replies: list };
}

function isAutoPipeline(pipeline: object): boolean {
  return autoPipelineMarks.some((mark) => mark in pipeline);
}

/** CLIENT SETINFO, sent by ioredis on each connection in a later tick. */
function isGreeting({ name, args }: Command): boolean {
  return name === 'client' && /^setinfo$/i.test(argumentText(args[0]));
}

function wrapHandlerFactory(original: Function): Function {
  return function (this: unknown) {
    return wrapInternal(Reflect.apply(original, this, arguments) as Function);
  };
}

/** Wraps a function that sends commands of ioredis itself: they are not recorded. */
function wrapInternal(original: Function): Function {
  return function (this: unknown) {
    const outer = internal;
    internal = true;
    try {
      return Reflect.apply(original, this, arguments);
    } finally {
      internal = outer;
    }
  };
}

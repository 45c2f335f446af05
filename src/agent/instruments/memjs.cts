/** Instrument of memjs: commands at `perform`, which callback and promise methods both call. */

import { beginCall, endCall, runCall, type TracedCall, wrapCallback } from '../call/call.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import type { Instrument } from './instrument.cjs';
import { byteLengthOf, cacheCallInfo, keyTexts, readFacts } from './shared/cache.cjs';

interface Response {
  header: { status: number };
  val: Buffer;
}
type Client = { servers: unknown[] };

// Indexed by opcode. memjs sends an append for a prepend.
const COMMANDS = ['get', 'set', 'add', 'replace', 'delete', 'increment', 'decrement', 'quit', 'flush'];
COMMANDS[0x0e] = 'append';
COMMANDS[0x1c] = 'touch';
const WRITES = new Set([1, 2, 3, 0x0e]);
const GET = 0;
const FOUND = 0;
const NOT_FOUND = 1;
const EXISTS = 2;

let errors: Record<number, string> = {};

export const memjs: Instrument = {
  library: 'memjs',
  versions: '>=1.1 <2',
  kind: 'cache',
  channel: 'scooby:memjs',
  describe: ({ args: { 0: key, 1: request } }) =>
    typeof request === 'string'
      ? cacheCallInfo(request, { keys: keyTexts(key || undefined) })
      : describe(key, request as Buffer),
  files: {
    'memjs/lib/memjs/protocol.js': (protocol: { errors: typeof errors }) => {
      errors = protocol.errors;
    },
    'memjs/lib/memjs/memjs.js': ({ Client: { prototype } }: { Client: { prototype: object } }) => {
      replaceMethod(prototype, 'perform', wrapPerform);
      replaceMethod(prototype, 'flush', (original) => wrapBroadcast(original, 'flush'));
      replaceMethod(prototype, 'statsWithKey', (original) => wrapBroadcast(original, 'stats'));
    },
  },
};

function describe(key: unknown, request: Buffer) {
  const bytes = request.readUInt32BE(8) - request.readUInt16BE(2) - request[4]!;
  return cacheCallInfo(COMMANDS[request[1]!] ?? 'command', {
    keys: keyTexts(key),
    bytes: WRITES.has(request[1]!) ? bytes : undefined,
  });
}

function wrapPerform(original: Function): Function {
  return function perform(this: object, ...args: unknown[]) {
    // Older versions have the callback at 2: they number the request later.
    const at = typeof args[2] === 'function' ? 2 : 3;
    const callback = args[at];
    // perform calls itself, with the number of tries left, when a server has failed.
    if (typeof callback !== 'function' || args.length > at + 1) return Reflect.apply(original, this, args);
    const call = beginCall(memjs, perform, this, [...args]);
    if (call === undefined) return Reflect.apply(original, this, args);
    args[at] = wrapCallback(call, callback, onResponse);
    return runCall(call, original, this, args);
  };
}

function onResponse(call: TracedCall, { 0: error, 1: response }: ArrayLike<unknown>): void {
  if (error) return endCall(call, error);
  const request = call.args[1] as Buffer;
  const { header, val } = response as Response;
  const { status } = header;
  if (request[1] === GET && status <= NOT_FOUND) {
    const found = status === FOUND;
    return endCall(call, undefined, undefined, readFacts(1, Number(found), found ? byteLengthOf(val) : 0));
  }
  if (status > EXISTS) return endCall(call, errors[status] ?? `status ${status}`);
  endCall(call, undefined, undefined, status === FOUND ? undefined : { done: false });
}

/** Wraps a command to all servers; without a callback it calls itself or is not awaited. */
function wrapBroadcast(original: Function, command: string): Function {
  return function broadcast(this: Client, ...args: unknown[]) {
    const callback = args.at(-1);
    if (typeof callback !== 'function') return Reflect.apply(original, this, args);
    const call = beginCall(memjs, broadcast, this, [args.length > 1 ? args[0] : undefined, command]);
    if (call === undefined) return Reflect.apply(original, this, args);
    let pending = command === 'flush' ? 1 : this.servers.length;
    const onServerReply = (_call: TracedCall, { 0: error }: ArrayLike<unknown>) => {
      if (--pending === 0) endCall(call, error || undefined);
    };
    const wrapper = wrapCallback(call, callback, onServerReply);
    return runCall(call, original, this, [...args.slice(0, -1), wrapper]);
  };
}

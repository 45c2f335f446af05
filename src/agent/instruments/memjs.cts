/** memjs: every command to a server, at the one method through which callbacks and promises go. */

import { beginCall, endCall, runCall, type TracedCall, wrapCallback } from '../call/call.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import type { Instrument } from './instrument.cjs';
import { byteLengthOf, cacheCallInfo, givenKeys, readFacts } from './shared/cache.cjs';

interface Response {
  header: { status: number };
  val: Buffer;
}
type Client = { servers: unknown[] };

// By opcode. It sends an append for a prepend.
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
      ? cacheCallInfo(request, { keys: givenKeys(key || undefined) })
      : describe(key, request as Buffer),
  files: {
    'memjs/lib/memjs/protocol.js': (protocol: { errors: typeof errors }) => {
      errors = protocol.errors;
    },
    'memjs/lib/memjs/memjs.js': ({ Client: { prototype } }: { Client: { prototype: object } }) => {
      replaceMethod(prototype, 'perform', wrapPerform);
      replaceMethod(prototype, 'flush', (original) => toAll(original, 'flush'));
      replaceMethod(prototype, 'statsWithKey', (original) => toAll(original, 'stats'));
    },
  },
};

function describe(key: unknown, request: Buffer) {
  const bytes = request.readUInt32BE(8) - request.readUInt16BE(2) - request[4]!;
  return cacheCallInfo(COMMANDS[request[1]!] ?? 'command', {
    keys: givenKeys(key),
    bytes: WRITES.has(request[1]!) ? bytes : undefined,
  });
}

function wrapPerform(original: Function): Function {
  return function perform(this: object, ...args: unknown[]) {
    // Older ones number the request later.
    const at = typeof args[2] === 'function' ? 2 : 3;
    const callback = args[at];
    // It calls itself again, with the tries that are left, where a server has failed.
    if (typeof callback !== 'function' || args.length > at + 1) return Reflect.apply(original, this, args);
    const call = beginCall(memjs, perform, this, [...args]);
    if (call === undefined) return Reflect.apply(original, this, args);
    args[at] = wrapCallback(call, callback, answered);
    return runCall(call, original, this, args);
  };
}

function answered(call: TracedCall, { 0: error, 1: response }: ArrayLike<unknown>): void {
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

/** What goes to all servers; without a callback it calls itself with one, or nobody waits for it. */
function toAll(original: Function, command: string): Function {
  return function ask(this: Client, ...args: unknown[]) {
    const callback = args.at(-1);
    if (typeof callback !== 'function') return Reflect.apply(original, this, args);
    const call = beginCall(memjs, ask, this, [args.length > 1 ? args[0] : undefined, command]);
    if (call === undefined) return Reflect.apply(original, this, args);
    let left = command === 'flush' ? 1 : this.servers.length;
    const over = (asked: TracedCall, { 0: error }: ArrayLike<unknown>) => {
      if (--left === 0) endCall(asked, error || undefined);
    };
    return runCall(call, original, this, [...args.slice(0, -1), wrapCallback(call, callback, over)]);
  };
}

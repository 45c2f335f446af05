/** memjs: every command to a server, at the one method through which callbacks and promises go. */

import { cacheFacts, cacheSpeech } from '../cache.cjs';
import { begin, bound, type Call, end, replace, unrecorded } from '../traced.cjs';
import type { Instrument } from './instrument.cjs';

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
const [FOUND, NOT_FOUND, EXISTS] = [0, 1, 2];

let errors: Record<number, string> = {};

export const memjs: Instrument = {
  library: 'memjs',
  versions: '>=1.1 <2',
  kind: 'cache',
  channel: 'scooby:memjs',
  describe: ({ args: { 0: key, 1: request } }) =>
    typeof request === 'string' ? cacheSpeech(request, key || undefined) : describe(key, request as Buffer),
  files: {
    'memjs/lib/memjs/protocol.js': (protocol: { errors: typeof errors }) => {
      errors = protocol.errors;
    },
    'memjs/lib/memjs/memjs.js': ({ Client: { prototype } }: { Client: { prototype: object } }) => {
      replace(prototype, 'perform', wrapPerform);
      replace(prototype, 'flush', (original) => toAll(original, 'flush'));
      replace(prototype, 'statsWithKey', (original) => toAll(original, 'stats'));
    },
  },
};

function describe(key: unknown, request: Buffer) {
  const bytes = request.readUInt32BE(8) - request.readUInt16BE(2) - request[4]!;
  return cacheSpeech(COMMANDS[request[1]!] ?? 'command', key, WRITES.has(request[1]!) ? bytes : undefined);
}

function wrapPerform(original: Function): Function {
  return function perform(
    this: object,
    key: unknown,
    request: Buffer,
    seq: unknown,
    callback: Function,
    retries?: number,
  ) {
    // It calls itself again where a server has failed.
    if (retries !== undefined) return Reflect.apply(original, this, arguments);
    const call = begin(memjs, perform, this, arguments);
    const over = ([error, response]: unknown[]) =>
      answered(call!, request[1] === 0, error, response as Response);
    const ours = call === undefined ? unrecorded(callback) : bound(call.request, callback, over);
    return original.call(this, key, request, seq, ours);
  };
}

function answered(call: Call, read: boolean, error: unknown, response: Response): void {
  if (error) return end(call, error);
  const { status } = response.header;
  if (read && status <= NOT_FOUND!) {
    return end(call, undefined, undefined, cacheFacts(call.args[0], status === FOUND ? [response.val] : []));
  }
  if (status > EXISTS!) return end(call, errors[status] ?? `status ${status}`);
  end(call, undefined, undefined, status === FOUND ? undefined : { done: false });
}

/** What goes to all servers; without a callback it calls itself with one, or nobody waits for it. */
function toAll(original: Function, command: string): Function {
  return function ask(this: Client, ...args: unknown[]) {
    const callback = args.at(-1);
    if (typeof callback !== 'function') return Reflect.apply(original, this, args);
    const call = begin(memjs, ask, this, [args.length > 1 ? args[0] : undefined, command]);
    let left = command === 'flush' ? 1 : this.servers.length;
    const over = ([error]: unknown[]) => {
      if (--left === 0) end(call!, error || undefined);
    };
    const ours = call === undefined ? unrecorded(callback) : bound(call.request, callback, over);
    return Reflect.apply(original, this, [...args.slice(0, -1), ours]);
  };
}

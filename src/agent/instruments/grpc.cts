/** grpc-js: the four ways of calling, at the one class that all clients extend; ended by the callback, or by the status that each call emits. */

import { beginCall, endCall, runCall, type TracedCall, wrapCallback } from '../call/call.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import { serialize } from '../record/serialize.cjs';
import { watchStream } from '../request/context.cjs';
import type { CallInfo, Instrument } from './instrument.cjs';

interface Status {
  code: number;
  details: string;
}

// The path and how to write and read, which are functions, come before what the user gives.
const GIVEN = 3;
// What no server has said: cancelled, out of time, not reached.
const TRANSPORT = new Set([1, 4, 14]);
let names: Record<number, string> = {};

export const grpc: Instrument = {
  library: '@grpc/grpc-js',
  versions: '>=1.2 <2',
  kind: 'rpc',
  channel: 'scooby:grpc',
  describe,
  depth: 4,
  files: {
    '@grpc/grpc-js/build/src/constants.js': ({ Status }: { Status: typeof names }) => {
      names = Status;
    },
    '@grpc/grpc-js/build/src/client.js': ({ Client: { prototype } }: { Client: { prototype: object } }) => {
      for (const way of ['Unary', 'ClientStream', 'ServerStream', 'BidiStream'])
        replaceMethod(prototype, `make${way}Request`, wrapMake);
    },
  },
};

/** `/shop.Shop/getItem` is `shop.Shop.getItem`; what is streamed to the server is not told. */
function describe({ args: { 0: path, [GIVEN]: message } }: TracedCall): CallInfo {
  const name = String(path).replace(/^\//, '').replace('/', '.');
  return { name, detail: isMessage(message) ? { arguments: serialize(message) } : {} };
}

/** In its place stand metadata, options or the callback where the request is a stream. */
function isMessage(given: unknown): boolean {
  return typeof given === 'object' && given !== null && !('internalRepr' in given);
}

function wrapMake(original: Function): Function {
  const streams = /ClientStream|Bidi/.test(original.name);
  return function make(this: unknown, ...args: unknown[]) {
    const call = beginCall(grpc, make, this, streams ? args.slice(0, GIVEN) : [...args]);
    if (call === undefined) return Reflect.apply(original, this, args);
    const at = args.findIndex((one, i) => i >= GIVEN && typeof one === 'function');
    if (at >= 0) args[at] = wrapCallback(call, args[at] as Function, (_call, given) => over(call, given[0]));
    const emitter = runCall(call, original, this, args) as object;
    let messages = 0;
    watchStream(emitter, call.request, (type, given) => {
      if (type === 'data') messages++;
      if (type === 'error') over(call, given, messages);
      if (type === 'status')
        over(call, (given as Status).code === 0 ? undefined : wordsOf(given as Status), messages);
    });
    return emitter;
  };
}

function over(call: TracedCall, error: unknown, messages?: number): void {
  const code = typeof error === 'object' && error !== null ? Number((error as Status).code) : 0;
  const failure = TRANSPORT.has(code) ? 'transport' : 'application';
  endCall(call, error, messages || undefined, {
    status: names[code] ?? code,
    ...(code !== 0 && { failure }),
  });
}

/** As the library words it in the error that it makes of a status. */
function wordsOf({ code, details }: Status): object {
  return { code, message: `${code} ${names[code]}: ${details}` };
}

/** Instrument of grpc-js: the four kinds of calls, at the class that all clients extend. */

import { beginCall, endCall, runCall, type TracedCall, wrapCallback } from '../call/call.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import { attempt } from '../guard.cjs';
import { ownData, plainText } from '../record/app-values.cjs';
import { serialize } from '../record/serialize.cjs';
import { watchStream } from '../request/streams.cjs';
import type { CallInfo, Instrument } from './instrument.cjs';

interface Status {
  code: number;
  details: string;
}

// Arguments before it are the path and the functions that serialize and deserialize.
const FIRST_APP_ARGUMENT = 3;
// Status codes of the client itself: CANCELLED, DEADLINE_EXCEEDED, UNAVAILABLE.
const TRANSPORT_CODES = new Set([1, 4, 14]);
let statusNames: Record<number, string> = {};

export const grpc: Instrument = {
  library: '@grpc/grpc-js',
  versions: '>=1.2 <2',
  kind: 'rpc',
  channel: 'scooby:grpc',
  describe,
  depth: 4,
  files: {
    '@grpc/grpc-js/build/src/constants.js': ({ Status }: { Status: typeof statusNames }) => {
      statusNames = Status;
    },
    '@grpc/grpc-js/build/src/client.js': ({ Client: { prototype } }: { Client: { prototype: object } }) => {
      for (const kind of ['Unary', 'ClientStream', 'ServerStream', 'BidiStream'])
        replaceMethod(prototype, `make${kind}Request`, wrapMakeRequest);
    },
  },
};

/** `/shop.Shop/getItem` becomes `shop.Shop.getItem`; streamed requests are not recorded. */
function describe({ args: { 0: path, [FIRST_APP_ARGUMENT]: message } }: TracedCall): CallInfo {
  const name = (plainText(path) ?? '[object]').replace(/^\//, '').replace('/', '.');
  return { name, detail: isMessage(message) ? { arguments: serialize(message) } : {} };
}

/** In a streamed request the message's place has metadata, options or a callback. */
function isMessage(value: unknown): boolean {
  return typeof value === 'object' && value !== null && ownData(value, 'internalRepr') === undefined;
}

function wrapMakeRequest(original: Function): Function {
  const streams = /ClientStream|Bidi/.test(original.name);
  return function makeRequest(this: unknown, ...args: unknown[]) {
    const call = beginCall(grpc, makeRequest, this, streams ? args.slice(0, FIRST_APP_ARGUMENT) : [...args]);
    if (call === undefined) return Reflect.apply(original, this, args);
    const at = args.findIndex((arg, i) => i >= FIRST_APP_ARGUMENT && typeof arg === 'function');
    if (at >= 0)
      args[at] = wrapCallback(call, args[at] as Function, (_call, results) => endGrpcCall(call, results[0]));
    const emitter = runCall(call, original, this, args) as object;
    let messages = 0;
    attempt(watchStream, emitter, call.request, (type, value) => {
      if (type === 'data') messages++;
      if (type === 'error') endGrpcCall(call, value, messages);
      if (type === 'status')
        endGrpcCall(call, (value as Status).code === 0 ? undefined : errorOf(value as Status), messages);
    });
    return emitter;
  };
}

function endGrpcCall(call: TracedCall, error: unknown, messages?: number): void {
  const code = typeof error === 'object' && error !== null ? Number((error as Status).code) : 0;
  const failure = TRANSPORT_CODES.has(code) ? 'transport' : 'application';
  endCall(call, error, messages || undefined, {
    status: statusNames[code] ?? code,
    ...(code !== 0 && { failure }),
  });
}

/** An error of a status, worded as the library does. */
function errorOf({ code, details }: Status): object {
  return { code, message: `${code} ${statusNames[code]}: ${details}` };
}

/** thrift: the functions of generated clients (js:node and js:node,es6), whatever transport and protocol carry them. */

import { beginCall, callOfCallback, endCall, type TracedCall, wrapCallback } from '../call/call.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import { serialize } from '../record/serialize.cjs';
import { currentRequest } from '../request/context.cjs';
import { withoutHttpCalls } from './http.cjs';
import type { CallInfo, Instrument } from './instrument.cjs';

interface Client {
  _seqid: number;
  _reqs: Record<number, Function | undefined>;
}
interface Method {
  name: string;
  /** The names of its arguments, as the service's definition has them. */
  params: string[];
  oneway: boolean;
}
type Transport = { readPos?: number; readCursor?: number };
type Exports = Record<string, unknown>;
type Class = { prototype: object };

const CREATORS = [
  'createClient',
  'createHttpClient',
  'createStdIOClient',
  'createWSClient',
  'createXHRClient',
];

/** The call whose request the generated code is about to send. */
let sending: TracedCall | undefined;
const services = new WeakMap<object, string>();
const connections = new WeakMap<object, object>();
/** Per connection: its calls that are not answered yet, oldest first. */
const unanswered = new WeakMap<object, Set<TracedCall>>();

const folder = 'thrift/lib/nodejs/lib/thrift';

export const thrift: Instrument = {
  library: 'thrift',
  versions: '>=0.12 <1',
  kind: 'rpc',
  channel: 'scooby:thrift',
  describe,
  files: {
    [`${folder}/index.js`]: (exports: Exports) => {
      for (const creator of CREATORS) if (creator in exports) replaceMethod(exports, creator, adopting(0));
    },
    [`${folder}/multiplexed_protocol.js`]: ({ Multiplexer }: { Multiplexer: Class }) =>
      replaceMethod(Multiplexer.prototype, 'createClient', adopting(1)),
    [`${folder}/connection.js`]: (exports: { Connection: Class }) => patchConnection(exports.Connection),
    [`${folder}/http_connection.js`]: (exports: { HttpConnection: Class }) =>
      patchConnection(exports.HttpConnection),
    [`${folder}/ws_connection.js`]: (exports: { WSConnection: Class }) =>
      patchConnection(exports.WSConnection),
  },
};

function describe({ self, args: { 0: method, 1: values } }: TracedCall): CallInfo {
  const { name, params, oneway } = method as Method;
  const given: Record<string, unknown> = {};
  (values as unknown[]).forEach((value, i) => {
    given[params[i] ?? `argument ${i + 1}`] = readable(value);
  });
  const service = services.get(self as object) ?? serviceOf(Object.getPrototypeOf(self));
  return { name: `${service}.${name}`, detail: { arguments: serialize(given), ...(oneway && { oneway }) } };
}

/** node-int64 keeps its eight bytes; the app may know nothing of BigInt. */
function readable(value: unknown): unknown {
  const { buffer, offset } = (value ?? {}) as { buffer?: unknown; offset?: unknown };
  return Buffer.isBuffer(buffer) && typeof offset === 'number' ? buffer.readBigInt64BE(offset) : value;
}

/** Answers a function that makes clients, with those that it makes patched; the class is its argument `at`. */
function adopting(at: number): (original: Function) => Function {
  return (original) =>
    function createClient(this: unknown, ...args: unknown[]) {
      const client = Reflect.apply(original, this, args);
      try {
        connections.set(client, args[at + 1] as object);
        if (at === 1) services.set(client, String(args[0]));
        for (let prototype = client; prototype !== null; prototype = Object.getPrototypeOf(prototype)) {
          patchFunctions(prototype);
        }
      } catch {
        // A client that is frozen or not generated works as it did: its calls are not seen.
      }
      return client;
    };
}

function patchFunctions(prototype: object): void {
  for (const key of Object.getOwnPropertyNames(prototype)) {
    if (!key.startsWith('send_')) continue;
    const name = key.slice(5);
    const code = String((prototype as Record<string, unknown>)[key]);
    const params = /\(([^)]*)\)/.exec(code)?.[1]?.match(/\w+/g) ?? [];
    const method = { name, params, oneway: !(`recv_${name}` in prototype) };
    replaceMethod(prototype, name, (original) => calling(original, method));
    replaceMethod(prototype, key, wrapSend);
    if (!method.oneway) replaceMethod(prototype, `recv_${name}`, wrapReceive);
  }
}

/** The name of a service stands nowhere but in the names of the classes that its functions use. */
function serviceOf(prototype: object | null): string {
  if (prototype === null) return 'service';
  for (const key of Object.getOwnPropertyNames(prototype)) {
    const service = key.startsWith('send_') ? serviceIn(prototype, key) : undefined;
    if (service !== undefined) return service;
  }
  return serviceOf(Object.getPrototypeOf(prototype));
}

const sources = new WeakMap<Function, string>();

function serviceIn(prototype: object, key: string): string | undefined {
  const send = (prototype as Record<string, Function>)[key]!;
  return new RegExp(`(\\w+)_${key.slice(5)}_args\\(`).exec(sources.get(send) ?? '')?.[1];
}

function calling(original: Function, method: Method): Function {
  return function call(this: Client, ...args: unknown[]) {
    const values = args.length > method.params.length ? args.slice(0, method.params.length) : args;
    const begun = beginCall(thrift, call, this, [method, values]);
    if (begun === undefined) return Reflect.apply(original, this, args);
    sending = begun;
    try {
      return Reflect.apply(original, this, args);
    } catch (error) {
      over(begun, error, 'not sent');
      throw error;
    } finally {
      sending = undefined;
    }
  };
}

/** What waits for the answer, be it the user's callback or a promise's, is known by then under the number of the call. */
function wrapSend(original: Function): Function {
  const send = function (this: Client) {
    const call = sending;
    const waiting = this._reqs?.[this._seqid];
    if (call === undefined || waiting === undefined) return withoutHttpCalls(original, this, arguments);
    sending = undefined;
    this._reqs[this._seqid] = wrapCallback(call, waiting, (answered, { 0: error }) => over(answered, error));
    unansweredBy(connections.get(this))?.add(call);
    try {
      return withoutHttpCalls(original, this, arguments);
    } catch (error) {
      over(call, error, 'not sent');
      throw error;
    }
  };
  sources.set(send, String(original));
  return send;
}

/** The answer's bytes are counted when it has been read, and before the transport forgets them. */
function wrapReceive(original: Function): Function {
  return function (this: Client, input: { trans?: Transport }, type: unknown, number: number) {
    const pending = this._reqs[number];
    // The connection asks under the negative number, and answers to the positive one.
    const call = callOfCallback(pending) ?? callOfCallback(this._reqs[-number]);
    if (call !== undefined) {
      this._reqs[number] = function (this: unknown) {
        const bytes = input.trans?.readPos ?? input.trans?.readCursor;
        if (bytes !== undefined && call.info !== undefined)
          Object.assign((call.info.detail ??= {}), { bytes });
        return Reflect.apply(pending!, this, arguments);
      };
    }
    return original.call(this, input, type, number);
  };
}

/** A connection that fails tells it itself; its calls are never answered. */
function patchConnection({ prototype }: Class): void {
  replaceMethod(
    prototype,
    'emit',
    (original) =>
      function emit(this: object, type: string, error: unknown) {
        if (type === 'error' || type === 'close') lose(this, error ?? 'the connection was closed');
        return Reflect.apply(original, this, arguments);
      },
  );
}

function lose(connection: { nodeOptions?: unknown }, error: unknown): void {
  const lost = unanswered.get(connection);
  if (lost === undefined) return;
  if (connection.nodeOptions === undefined) for (const call of [...lost]) over(call, error, 'transport');
  else {
    // Over http each call has its own exchange, which emits in the request that made it.
    const request = currentRequest();
    const call = [...lost].find((one) => one.request === request);
    if (call !== undefined) over(call, error, 'transport');
  }
}

function unansweredBy(connection: object | undefined): Set<TracedCall> | undefined {
  if (connection === undefined) return undefined;
  let set = unanswered.get(connection);
  if (set === undefined) {
    set = new Set();
    unanswered.set(connection, set);
  }
  return set;
}

function over(call: TracedCall, error: unknown, failure = failureOf(error)): void {
  unansweredBy(connections.get(call.self as object))?.delete(call);
  endCall(call, wordsOf(error), undefined, failure === undefined ? undefined : { failure });
}

/** What comes as an answer is an exception that the service declares, or one of its processor's. */
function failureOf(error: unknown): string | undefined {
  if (error === null || error === undefined) return undefined;
  const { name } = error as { name?: unknown };
  return typeof error === 'string' || name === 'TApplicationException' ? 'application' : 'declared';
}

function wordsOf(error: unknown): unknown {
  if (typeof error !== 'object' || error === null) return error || undefined;
  const { code, name, message, ...fields } = serialize({ ...error, ...named(error) }) as Record<
    string,
    unknown
  >;
  if (typeof code === 'string') return error;
  return `${name}: ${message ?? JSON.stringify(fields)}`;
}

/** Both are inherited by some. */
function named({ name, message }: { name?: unknown; message?: unknown }) {
  return { name, ...(message !== undefined && message !== '' && { message }) };
}

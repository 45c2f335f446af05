/** Instrument of thrift: functions of generated clients (js:node and js:node,es6). */

import { beginCall, callOfCallback, endCall, type TracedCall, wrapCallback } from '../call/call.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import { attempt } from '../guard.cjs';
import { bytesIn, dataOf, errorField } from '../record/app-values.cjs';
import { serialize } from '../record/serialize.cjs';
import { toJson } from '../record/to-json.cjs';
import { currentRequest } from '../request/context.cjs';
import { withoutHttpCalls } from './http.cjs';
import type { CallInfo, Instrument } from './instrument.cjs';

interface Client {
  _seqid: number;
  _reqs: Record<number, Function | undefined>;
}
interface Method {
  name: string;
  /** Names of its arguments, from the service's definition. */
  params: string[];
  oneway: boolean;
}
type Transport = { readPos?: number; readCursor?: number };
type Exports = Record<string, unknown>;
type Class = { prototype: object };

const MAX_NAME = 200;
const CREATORS = [
  'createClient',
  'createHttpClient',
  'createStdIOClient',
  'createWSClient',
  'createXHRClient',
];

/** The call whose send_ function runs in this tick. */
let sending: TracedCall | undefined;
const services = new WeakMap<object, string>();
const connections = new WeakMap<object, object>();
/** Calls without a reply, by connection, oldest first. */
const pendingCalls = new WeakMap<object, Set<TracedCall>>();

const folder = 'thrift/lib/nodejs/lib/thrift';

export const thrift: Instrument = {
  library: 'thrift',
  versions: '>=0.12 <1',
  kind: 'rpc',
  channel: 'scooby:thrift',
  describe,
  files: {
    [`${folder}/index.js`]: (exports: Exports) => {
      for (const creator of CREATORS) if (creator in exports) replaceMethod(exports, creator, wrapCreator(0));
    },
    [`${folder}/multiplexed_protocol.js`]: ({ Multiplexer }: { Multiplexer: Class }) =>
      replaceMethod(Multiplexer.prototype, 'createClient', wrapCreator(1)),
    [`${folder}/connection.js`]: (exports: { Connection: Class }) => patchConnection(exports.Connection),
    [`${folder}/http_connection.js`]: (exports: { HttpConnection: Class }) =>
      patchConnection(exports.HttpConnection),
    [`${folder}/ws_connection.js`]: (exports: { WSConnection: Class }) =>
      patchConnection(exports.WSConnection),
  },
};

function describe({ self, args: { 0: method, 1: values } }: TracedCall): CallInfo {
  const { name, params, oneway } = method as Method;
  const fields: Record<string, unknown> = {};
  (values as unknown[]).forEach((value, i) => {
    fields[params[i] ?? `argument ${i + 1}`] = int64Value(value);
  });
  const service = services.get(self as object) ?? rememberService(self as object);
  return { name: `${service}.${name}`, detail: { arguments: serialize(fields), ...(oneway && { oneway }) } };
}

/** Value of a node-int64 object, which keeps its eight bytes in a buffer, as a BigInt. */
function int64Value(value: unknown): unknown {
  if (typeof value !== 'object') return value;
  const bytes = bytesIn(dataOf(value, 'buffer'));
  const offset = dataOf(value, 'offset');
  return bytes !== undefined && typeof offset === 'number' ? bytes.readBigInt64BE(offset) : value;
}

/** Wraps a function that creates clients to patch them; the class is argument `classPosition`. */
function wrapCreator(classPosition: number): (original: Function) => Function {
  return (original) =>
    function createClient(this: unknown, ...args: unknown[]) {
      const client = Reflect.apply(original, this, args);
      try {
        connections.set(client, args[classPosition + 1] as object);
        if (classPosition === 1) services.set(client, String(args[0]));
        for (let prototype = client; prototype !== null; prototype = Object.getPrototypeOf(prototype)) {
          patchFunctions(prototype);
        }
      } catch {
        // A frozen or handwritten client works unchanged; its calls are not recorded.
      }
      return client;
    };
}

function patchFunctions(prototype: object): void {
  for (const key of Object.getOwnPropertyNames(prototype)) {
    if (!key.startsWith('send_')) continue;
    const name = key.slice(5);
    const code = String((prototype as Record<string, unknown>)[key]);
    const params = code.slice(code.indexOf('(') + 1, code.indexOf(')') + 1).match(/\w+/g) ?? [];
    const method = { name, params, oneway: !(`recv_${name}` in prototype) };
    replaceMethod(prototype, name, (original) => wrapFunction(original, method));
    replaceMethod(prototype, key, wrapSend);
    if (!method.oneway) replaceMethod(prototype, `recv_${name}`, wrapReceive);
  }
}

function rememberService(client: object): string {
  const service = serviceOf(Object.getPrototypeOf(client));
  services.set(client, service);
  return service;
}

/** Service name, found only in class names of generated code (`Shop_getItem_args`). */
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
  const code = sources.get(send) ?? '';
  const end = code.indexOf(`_${key.slice(5)}_args(`);
  const service = code
    .slice(Math.max(0, end - MAX_NAME), Math.max(0, end))
    .split(/\W/)
    .at(-1);
  return service === '' ? undefined : service;
}

function wrapFunction(original: Function, method: Method): Function {
  return function call(this: Client, ...args: unknown[]) {
    const values = args.length > method.params.length ? args.slice(0, method.params.length) : args;
    const tracedCall = beginCall(thrift, call, this, [method, values]);
    if (tracedCall === undefined) return Reflect.apply(original, this, args);
    sending = tracedCall;
    try {
      return Reflect.apply(original, this, args);
    } catch (error) {
      attempt(endThriftCall, tracedCall, error, 'not sent');
      throw error;
    } finally {
      sending = undefined;
    }
  };
}

/** Whether the reply to the call was awaited under its sequence id, and now ends the call. */
function recordSent(call: TracedCall, client: Client): boolean {
  const callback = client._reqs?.[client._seqid];
  if (callback === undefined) return false;
  client._reqs[client._seqid] = wrapCallback(call, callback, (_call, { 0: error }) =>
    endThriftCall(call, error),
  );
  pendingCallsOf(connections.get(client))?.add(call);
  return true;
}

/** By now the callback, or that of a promise, is in _reqs under the sequence id. */
function wrapSend(original: Function): Function {
  const send = function (this: Client) {
    const call = sending;
    if (call === undefined || attempt(recordSent, call, this) !== true)
      return withoutHttpCalls(original, this, arguments);
    sending = undefined;
    try {
      return withoutHttpCalls(original, this, arguments);
    } catch (error) {
      attempt(endThriftCall, call, error, 'not sent');
      throw error;
    }
  };
  sources.set(send, String(original));
  return send;
}

/** Counts the reply's bytes after it is read and before the transport resets its position. */
function wrapReceive(original: Function): Function {
  return function (this: Client, input: { trans?: Transport }, type: unknown, sequenceId: number) {
    attempt(countReply, this, input, sequenceId);
    return original.call(this, input, type, sequenceId);
  };
}

function countReply(client: Client, input: { trans?: Transport }, sequenceId: number): void {
  const callback = client._reqs[sequenceId];
  // The connection passes the negated id, under which it keeps a callback of its own.
  const call = callOfCallback(callback) ?? callOfCallback(client._reqs[-sequenceId]);
  if (call === undefined) return;
  client._reqs[sequenceId] = function (this: unknown) {
    const bytes = attempt(() => input.trans?.readPos ?? input.trans?.readCursor);
    if (bytes !== undefined && call.info !== undefined) Object.assign((call.info.detail ??= {}), { bytes });
    return Reflect.apply(callback!, this, arguments);
  };
}

/** A failing connection emits an event, but never calls back for its pending calls. */
function patchConnection({ prototype }: Class): void {
  replaceMethod(
    prototype,
    'emit',
    (original) =>
      function emit(this: object, type: string, error: unknown) {
        if (type === 'error' || type === 'close')
          attempt(failPendingCalls, this, error ?? 'the connection was closed');
        return Reflect.apply(original, this, arguments);
      },
  );
}

function failPendingCalls(connection: { nodeOptions?: unknown }, error: unknown): void {
  const pending = pendingCalls.get(connection);
  if (pending === undefined) return;
  if (connection.nodeOptions === undefined)
    for (const call of [...pending]) endThriftCall(call, error, 'transport');
  else {
    // Over HTTP each call has an exchange of its own, which emits in the request that made it.
    const request = currentRequest();
    const call = [...pending].find((candidate) => candidate.request === request);
    if (call !== undefined) endThriftCall(call, error, 'transport');
  }
}

function pendingCallsOf(connection: object | undefined): Set<TracedCall> | undefined {
  if (connection === undefined) return undefined;
  let set = pendingCalls.get(connection);
  if (set === undefined) {
    set = new Set();
    pendingCalls.set(connection, set);
  }
  return set;
}

function endThriftCall(call: TracedCall, error: unknown, failure = failureOf(error)): void {
  pendingCallsOf(connections.get(call.self as object))?.delete(call);
  endCall(call, errorValue(error), undefined, failure === undefined ? undefined : { failure });
}

/** Kind of an error reply: an exception that the service declares, or one of its processor. */
function failureOf(error: unknown): string | undefined {
  if (error === null || error === undefined) return undefined;
  const isApplication = typeof error === 'string' || dataOf(error, 'name') === 'TApplicationException';
  return isApplication ? 'application' : 'declared';
}

function errorValue(error: unknown): unknown {
  if (typeof error !== 'object' || error === null) return error || undefined;
  if (typeof dataOf(error, 'code') === 'string') return error;
  // Some errors inherit name and message.
  const name = errorField(error, 'name');
  const message = errorField(error, 'message');
  if (message) return `${name}: ${message}`;
  const { code, name: _name, message: _message, ...fields } = Object(serialize(error));
  return `${name}: ${toJson(fields)}`;
}

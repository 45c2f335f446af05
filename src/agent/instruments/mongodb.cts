/** Instrument of mongodb: commands at the connection that sends them, before 6 at the server that queues them. */

import { types } from 'node:util';
import { beginCall, endCall, runCall, type TracedCall, wrapCallback } from '../call/call.cjs';
import { wrapCall } from '../call/deferred.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import { attempt } from '../guard.cjs';
import { dataOf, isList, plainText } from '../record/app-values.cjs';
import { serialize } from '../record/serialize.cjs';
import { now } from '../request/traced-request.cjs';
import type { CallInfo, Instrument } from './instrument.cjs';

type Document = Record<string, unknown>;
type Class = { prototype: { command: Function } };
type Connections = { Connection: Class };
type Servers = { Server: Class };

// Handshakes, logins and heartbeats; logins contain credentials.
const DRIVER_COMMANDS = /^(?:hello|ismaster|sasl\w+|authenticate|endSessions|ping|killCursors)$/i;
// Fields that the driver adds to every command.
const ENVELOPE = new Set(['lsid', '$db', '$clusterTime', '$readPreference', 'apiVersion', 'txnNumber']);

export const mongodb: Instrument = {
  library: 'mongodb',
  versions: '>=5 <8',
  kind: 'rpc',
  marker: 'MongoClient must be connected to perform this operation',
  channel: 'scooby:mongodb',
  describe,
  depth: 20,
  files: {
    // Every operation of the app passes it, before waiting for a connection.
    'mongodb/lib/operations/execute_operation.js': (exports: object) =>
      replaceMethod(exports, 'executeOperation', wrapCall),
    'mongodb/lib/cmap/connection.js': ({ Connection: { prototype } }: Connections) =>
      replaceMethod(prototype, 'command', takesCallback(prototype.command) ? wrapSend : wrapCommand),
    // Before 6 a command waits for its connection in the pool, whose queue loses request and call site.
    'mongodb/lib/sdam/server.js': ({ Server: { prototype } }: Servers) => {
      if (!isAsync(prototype.command)) replaceMethod(prototype, 'command', wrapQueued);
    },
  },
};

function describe({ args }: TracedCall): CallInfo {
  const { 0: namespace, 1: command } = args;
  const [verb = '', ...rest] = keysOf(command);
  const collection = dataOf(command, verb);
  const fields: Document = {};
  for (const key of rest) {
    if (ENVELOPE.has(key)) continue;
    const value = unwrappedDocuments(dataOf(command, key));
    fields[key] = key === 'documents' && isList(value) ? `${value.length} documents` : value;
  }
  const name = typeof collection === 'string' ? `${collection}.${verb}` : verb;
  return {
    name,
    detail: { command: verb, database: plainText(dataOf(namespace, 'db')), arguments: serialize(fields) },
  };
}

/** Documents to write are wrapped in an object with a `documents` field. */
function unwrappedDocuments(value: unknown): unknown {
  const list = dataOf(value, 'documents');
  return isList(list) ? list : value;
}

function isDriverCommand(document: unknown): boolean {
  return DRIVER_COMMANDS.test(keysOf(document)[0]?.slice(0, 100) ?? '');
}

function keysOf(document: unknown): string[] {
  return typeof document !== 'object' || document === null || types.isProxy(document)
    ? []
    : Object.keys(document);
}

/** `command(namespace, document, options, callback)`; later versions have default values, or fewer of them. */
function takesCallback(command: Function): boolean {
  return command.length > 2;
}

function isAsync(command: Function): boolean {
  return types.isAsyncFunction(command);
}

/** Calls by their document, until it is sent. */
const queued = new WeakMap<object, TracedCall>();

/** Wraps a server's `command`, which the promise of the operation awaits by a callback. */
function wrapQueued(original: Function): Function {
  return function command(this: object, ...args: unknown[]) {
    const { 1: document, 3: callback } = args;
    const isOwn = typeof callback !== 'function' || attempt(isDriverCommand, document);
    // A server calls itself again once it has a connection.
    const isKnown = typeof document === 'object' && document !== null && queued.has(document);
    const call = isOwn || isKnown ? undefined : beginCall(mongodb, command, this, args);
    if (call === undefined) return Reflect.apply(original, this, args);
    queued.set(document as object, call);
    args[3] = wrapCallback(call, callback as Function, (ended, { 0: error }) => endCall(ended, error));
    return runCall(call, original, this, args);
  };
}

/** Wraps a connection's `command`: what was waited for it is over. */
function wrapSend(original: Function): Function {
  return function command(this: object, _namespace: unknown, document: object) {
    const call = queued.get(document);
    if (call !== undefined && call.wait === 0) call.wait = now() - call.began;
    return Reflect.apply(original, this, arguments);
  };
}

/** A handler on this promise is safe: the driver awaits it, and the app receives another. */
function wrapCommand(original: Function): Function {
  return function command(this: object, _namespace: unknown, document: Document) {
    const call = attempt(isDriverCommand, document)
      ? undefined
      : beginCall(mongodb, command, this, arguments);
    const promise = Reflect.apply(original, this, arguments) as Promise<unknown>;
    if (call !== undefined) {
      promise.then(
        () => endCall(call),
        (error) => endCall(call, error ?? 'rejected'),
      );
    }
    return promise;
  };
}

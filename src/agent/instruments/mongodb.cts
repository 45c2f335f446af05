/** Instrument of mongodb: commands at the connection that sends them, except the driver's own. */

import { types } from 'node:util';
import { beginCall, endCall, type TracedCall } from '../call/call.cjs';
import { wrapCall } from '../call/deferred.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import { attempt } from '../guard.cjs';
import { dataOf, isList, plainText } from '../record/app-values.cjs';
import { serialize } from '../record/serialize.cjs';
import type { CallInfo, Instrument } from './instrument.cjs';

type Document = Record<string, unknown>;

// Handshakes, logins and heartbeats; logins contain credentials.
const DRIVER_COMMANDS = /^(?:hello|ismaster|sasl\w+|authenticate|endSessions|ping|killCursors)$/i;
// Fields that the driver adds to every command.
const ENVELOPE = new Set(['lsid', '$db', '$clusterTime', '$readPreference', 'apiVersion', 'txnNumber']);

export const mongodb: Instrument = {
  library: 'mongodb',
  versions: '>=6.10 <8',
  kind: 'rpc',
  marker: 'MongoClient must be connected to perform this operation',
  channel: 'scooby:mongodb',
  describe,
  depth: 20,
  files: {
    // Every operation of the app passes it, before waiting for a connection.
    'mongodb/lib/operations/execute_operation.js': (exports: object) =>
      replaceMethod(exports, 'executeOperation', wrapCall),
    'mongodb/lib/cmap/connection.js': ({
      Connection,
    }: {
      Connection: { prototype: { command?: Function } };
    }) => {
      // Versions with a callback as fourth parameter queue it and lose request and call site.
      if ((Connection.prototype.command?.length ?? 0) > 2) throw new Error('Connection#command is not async');
      replaceMethod(Connection.prototype, 'command', wrapCommand);
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

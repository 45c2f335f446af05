/** mongodb: every command at the connection that sends it, but those by which the driver looks after itself. */

import { beginCall, endCall, type TracedCall } from '../call/call.cjs';
import { wrapCall } from '../call/deferred.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import { serialize } from '../record/serialize.cjs';
import type { CallInfo, Instrument } from './instrument.cjs';

type Document = Record<string, unknown>;

// Greetings, logins and heartbeats; logins also have what lets people in.
const OWN = /^(?:hello|ismaster|sasl\w+|authenticate|endSessions|ping|killCursors)$/i;
// Sent along with each command, and said by nobody.
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
    // Through which everything goes that the user asks for, before a connection is waited for.
    'mongodb/lib/operations/execute_operation.js': (exports: object) =>
      replaceMethod(exports, 'executeOperation', wrapCall),
    'mongodb/lib/cmap/connection.js': ({
      Connection,
    }: {
      Connection: { prototype: { command?: Function } };
    }) => {
      // With a callback as its fourth, whose queue loses both request and line.
      if ((Connection.prototype.command?.length ?? 0) > 2) throw new Error('Connection#command is not async');
      replaceMethod(Connection.prototype, 'command', wrapCommand);
    },
  },
};

function describe({ args }: TracedCall): CallInfo {
  const [namespace, command] = args as unknown as [{ db?: string }, Document];
  const [verb = '', ...rest] = Object.keys(command);
  const collection = command[verb];
  const given: Document = {};
  for (const key of rest) {
    if (ENVELOPE.has(key)) continue;
    const value = listIn(command[key]);
    given[key] = key === 'documents' && Array.isArray(value) ? `${value.length} documents` : value;
  }
  const name = typeof collection === 'string' ? `${collection}.${verb}` : verb;
  return { name, detail: { command: verb, database: namespace?.db, arguments: serialize(given) } };
}

/** Documents to write travel in a parcel of their own. */
function listIn(value: unknown): unknown {
  const list = (value as { documents?: unknown } | null | undefined)?.documents;
  return Array.isArray(list) ? list : value;
}

/** The promise is the driver's own, which awaits it: the app gets another one. */
function wrapCommand(original: Function): Function {
  return function command(this: object, _namespace: unknown, given: Document) {
    const own = OWN.test(Object.keys(given ?? {})[0] ?? '');
    const call = own ? undefined : beginCall(mongodb, command, this, arguments);
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

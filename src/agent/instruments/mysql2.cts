/** Instrument of mysql2; its promise classes call the callback classes that are patched here. */

import { beginCall, type TracedCall } from '../call/call.cjs';
import { methodOwner, replaceMethod } from '../call/wrap.cjs';
import { attempt } from '../guard.cjs';
import { dataOf, plainText } from '../record/app-values.cjs';
import type { CallInfo, Instrument } from './instrument.cjs';
import { notePause, notePauseEnd } from './shared/connections.cjs';
import * as shared from './shared/mysql.cjs';

type Class = { prototype: object };

export const mysql2: Instrument = {
  library: 'mysql2',
  versions: '>=2 <4',
  kind: 'sql',
  ...shared.mysqlFacts,
  marker: "Can't add new command when connection is in closed state",
  channel: 'scooby:mysql2',
  describe,
  files: {
    'mysql2/lib/commands/command.js': (Command: Class) => shared.patchCommandEmit(Command.prototype),
    // Commands that waited in the queue of their connection are started later.
    'mysql2/lib/commands/query.js': (Query: Class) => shared.patchCommandStart(Query.prototype),
    'mysql2/lib/commands/execute.js': (Execute: Class) => shared.patchCommandStart(Execute.prototype),
    // Since 3.11.5 the exported classes are derived from classes in lib/base.
    'mysql2/lib/connection.js': (Connection: Class) => {
      const prototype = methodOwner(Connection.prototype, 'query') ?? Connection.prototype;
      for (const method of ['query', 'execute']) shared.patchConnectionQuery(mysql2, prototype, method);
      replaceMethod(prototype, 'addCommand', wrapAddCommand);
      replaceMethod(prototype, '_addCommandClosedState', wrapClosedState);
      replaceMethod(prototype, '_notifyError', wrapNotifyError);
      replaceMethod(prototype, 'pause', wrapPause);
      replaceMethod(prototype, 'resume', wrapResume);
    },
    'mysql2/lib/pool.js': (Pool: Class) => {
      const prototype = methodOwner(Pool.prototype, 'query') ?? Pool.prototype;
      for (const method of ['query', 'execute']) shared.patchPoolQuery(mysql2, prototype, method);
      shared.patchGetConnection(mysql2, prototype, false);
    },
    'mysql2/lib/pool_cluster.js': (PoolCluster: Class) => replaceMethod(PoolCluster.prototype, 'of', wrapOf),
  },
};

/** Also describes commands that are not from `query` or `execute`: prepared statements, pings. */
function describe(call: TracedCall): CallInfo {
  const command = call.args[0];
  if (typeof command !== 'object' || command === null) return shared.describeMysqlCall(call);
  const connection = call.self as { threadId?: unknown };
  const statement = dataOf(command, 'statement');
  if (statement !== undefined)
    return shared.mysqlCallInfo(textIn(statement, 'query'), dataOf(command, 'values'), connection);
  const name = className(command);
  if (name === 'Prepare')
    return shared.mysqlCallInfo(`PREPARE ${textIn(command, 'query')}`, undefined, connection);
  if (name === 'ChangeUser') return changeUserInfo(command, connection);
  if (name === 'Ping') return shared.mysqlCallInfo('PING', undefined, connection);
  return shared.describeMysqlCall(call);
}

function className(command: unknown): string {
  return plainText(dataOf(dataOf(command, 'constructor'), 'name')) ?? '';
}

function textIn(object: unknown, key: string): string {
  return plainText(dataOf(object, key)) ?? '';
}

/** A change of user or database: what the connection reads from then on is something else. */
function changeUserInfo(command: object, connection: { threadId?: unknown }): CallInfo {
  const user = dataOf(command, 'user');
  const database = dataOf(command, 'database');
  return shared.mysqlCallInfo('CHANGE USER', { user, database }, connection);
}

function wrapPause(original: Function): Function {
  return function pause(this: { _command?: object | null }) {
    const call = this._command ? shared.callOfCommand(this._command) : undefined;
    if (call !== undefined) attempt(notePause, call);
    return Reflect.apply(original, this, arguments);
  };
}

function wrapResume(original: Function): Function {
  return function resume(this: { _command?: object | null }) {
    const call = this._command ? shared.callOfCommand(this._command) : undefined;
    if (call !== undefined) attempt(notePauseEnd, call);
    return Reflect.apply(original, this, arguments);
  };
}

function wrapAddCommand(original: Function): Function {
  return function addCommand(this: object, command: object) {
    if (shared.pendingPoolCall() === undefined) attempt(recordCommand, addCommand, this, command, arguments);
    return Reflect.apply(original, this, arguments);
  };
}

function recordCommand(
  cut: (...args: never[]) => unknown,
  connection: object,
  command: object,
  args: IArguments,
): void {
  if (dataOf(command, 'statement') === undefined && !/^(?:Prepare|Ping|ChangeUser)$/.test(className(command)))
    return;
  const call = beginCall(mysql2, cut, connection, args);
  if (call === undefined) return;
  shared.markSent(call, connection);
  shared.attachCall(call, command as never);
}

/** For a command without a callback a closed connection emits the error itself. */
function wrapClosedState(original: Function): Function {
  return function _addCommandClosedState(this: object) {
    const call = shared.pendingPoolCall();
    try {
      return Reflect.apply(original, this, arguments);
    } finally {
      if (call !== undefined) shared.endMysqlCall(call, 'the connection is closed');
    }
  };
}

function wrapNotifyError(original: Function): Function {
  return function _notifyError(this: { _command?: object | null }, error: unknown) {
    attempt(endRunningCommand, this._command, error);
    return Reflect.apply(original, this, arguments);
  };
}

function endRunningCommand(command: object | null | undefined, error: unknown): void {
  const call = command ? shared.callOfCommand(command) : undefined;
  if (call !== undefined) shared.endMysqlCall(call, error);
}

/** A cluster namespace's class is not exported; its query and execute were added after 2.0. */
function wrapOf(original: Function): Function {
  return function of(this: object) {
    const namespace = Reflect.apply(original, this, arguments);
    attempt(patchNamespace, Object.getPrototypeOf(namespace));
    return namespace;
  };
}

function patchNamespace(prototype: object): void {
  shared.patchGetConnection(mysql2, prototype, true);
  for (const method of ['query', 'execute']) {
    if (method in prototype) shared.patchPoolQuery(mysql2, prototype, method);
  }
}

/** mysql2: connections, pools, clusters, prepared statements; its promise classes call the same methods beneath. */

import { beginCall, type TracedCall } from '../call/call.cjs';
import { methodOwner, replaceMethod } from '../call/wrap.cjs';
import type { CallInfo, Instrument } from './instrument.cjs';
import * as shared from './shared/mysql.cjs';

type Class = { prototype: object };
interface Command {
  constructor: { name: string };
  /** Of Execute. */
  statement?: { query: string };
  values?: unknown;
  /** Of Prepare. */
  query?: string;
}

export const mysql2: Instrument = {
  library: 'mysql2',
  versions: '>=2 <4',
  kind: 'sql',
  ...shared.facts,
  marker: "Can't add new command when connection is in closed state",
  channel: 'scooby:mysql2',
  describe,
  files: {
    'mysql2/lib/commands/command.js': (Command: Class) => shared.patchCommandEmit(Command.prototype),
    // Since 3.11.5 what these files export is derived from classes in lib/base.
    'mysql2/lib/connection.js': (Connection: Class) => {
      const prototype = methodOwner(Connection.prototype, 'query') ?? Connection.prototype;
      for (const method of ['query', 'execute']) shared.patchConnectionQuery(mysql2, prototype, method);
      replaceMethod(prototype, 'addCommand', wrapAddCommand);
      replaceMethod(prototype, '_addCommandClosedState', endingAfter);
      replaceMethod(prototype, '_notifyError', endingBefore);
    },
    'mysql2/lib/pool.js': (Pool: Class) => {
      const prototype = methodOwner(Pool.prototype, 'query') ?? Pool.prototype;
      for (const method of ['query', 'execute']) shared.patchPoolQuery(mysql2, prototype, method);
      shared.patchGetConnection(mysql2, prototype, false);
    },
    'mysql2/lib/pool_cluster.js': (PoolCluster: Class) => replaceMethod(PoolCluster.prototype, 'of', wrapOf),
  },
};

/** Commands that are not a query or an execute of the connection: those of prepared statements, and pings. */
function describe(call: TracedCall): CallInfo {
  const command = call.args[0] as Command;
  const own = typeof command === 'object' && command !== null ? command : undefined;
  const connection = call.self as { threadId?: unknown };
  if (own?.statement !== undefined) return shared.mysqlCallInfo(own.statement.query, own.values, connection);
  if (own?.constructor.name === 'Prepare')
    return shared.mysqlCallInfo(`PREPARE ${own.query}`, undefined, connection);
  if (own?.constructor.name === 'Ping') return shared.mysqlCallInfo('PING', undefined, connection);
  return shared.describeMysqlCall(call);
}

function wrapAddCommand(original: Function): Function {
  return function addCommand(this: object, command: Command) {
    if (
      shared.pendingPoolCall() === undefined &&
      (command.statement !== undefined || /^P(?:repare|ing)$/.test(command.constructor.name))
    ) {
      const call = beginCall(mysql2, addCommand, this, arguments);
      if (call !== undefined) {
        shared.noteSent(call, this);
        shared.attachCall(call, command as never);
      }
    }
    return Reflect.apply(original, this, arguments);
  };
}

/** A connection that is closed tells it itself where the command has no callback. */
function endingAfter(original: Function): Function {
  return function _addCommandClosedState(this: object) {
    const call = shared.pendingPoolCall();
    try {
      return Reflect.apply(original, this, arguments);
    } finally {
      if (call !== undefined) shared.endMysqlCall(call, 'the connection is closed');
    }
  };
}

function endingBefore(original: Function): Function {
  return function _notifyError(this: { _command?: object | null }, error: unknown) {
    const call = this._command ? shared.callOfCommand(this._command) : undefined;
    if (call !== undefined) shared.endMysqlCall(call, error);
    return Reflect.apply(original, this, arguments);
  };
}

/** The class of a part of a cluster is not exported; its query and execute are younger than 2.0. */
function wrapOf(original: Function): Function {
  return function of(this: object) {
    const part = Reflect.apply(original, this, arguments);
    const prototype = Object.getPrototypeOf(part);
    shared.patchGetConnection(mysql2, prototype, true);
    for (const method of ['query', 'execute']) {
      if (method in prototype) shared.patchPoolQuery(mysql2, prototype, method);
    }
    return part;
  };
}

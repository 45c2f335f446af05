/** Instrument of mysql: connections, pools, clusters, and events and streams of queries. */

import { beginCall, runCall } from '../call/call.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import { attempt } from '../guard.cjs';
import type { Instrument } from './instrument.cjs';
import * as shared from './shared/mysql.cjs';

type Class = { prototype: object };

export const mysql: Instrument = {
  library: 'mysql',
  versions: '>=2.18 <3',
  kind: 'sql',
  ...shared.mysqlFacts,
  marker: 'PROTOCOL_ENQUEUE_AFTER_FATAL_ERROR',
  channel: 'scooby:mysql',
  describe: shared.describeMysqlCall,
  files: {
    'mysql/lib/protocol/sequences/Sequence.js': (Sequence: Class) =>
      shared.patchCommandEmit(Sequence.prototype),
    // Queries that waited in the queue of their connection are started later.
    'mysql/lib/protocol/sequences/Query.js': (Query: Class) => shared.patchCommandStart(Query.prototype),
    'mysql/lib/Connection.js': (Connection: Class) => {
      shared.patchConnectionQuery(mysql, Connection.prototype, 'query');
      replaceMethod(Connection.prototype, 'changeUser', wrapChangeUser);
    },
    'mysql/lib/Pool.js': (Pool: Class) => {
      shared.patchPoolQuery(mysql, Pool.prototype, 'query');
      shared.patchGetConnection(mysql, Pool.prototype, false);
    },
    'mysql/lib/PoolNamespace.js': (PoolNamespace: Class) => {
      shared.patchPoolQuery(mysql, PoolNamespace.prototype, 'query');
      shared.patchGetConnection(mysql, PoolNamespace.prototype, true);
    },
  },
};

/** Records a change of user or database; that of the pool at its own check-out is not the app's. */
function wrapChangeUser(original: Function): Function {
  return function changeUser(this: object, options: unknown) {
    const call =
      typeof options === 'object' && options !== null && !Object.hasOwn(options, 'timeout')
        ? beginCall(mysql, changeUser, this, ['CHANGE USER', changeUserValues(options)])
        : undefined;
    if (call === undefined) return Reflect.apply(original, this, arguments);
    attempt(shared.markSent, call, this);
    const sequence: unknown = runCall(call, original, this, arguments);
    attempt(() => shared.attachCall(call, sequence as never));
    return sequence;
  };
}

function changeUserValues({ user, database }: { user?: unknown; database?: unknown }): object {
  return { user, database };
}

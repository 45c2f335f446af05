/** Instrument of mysql: connections, pools, clusters, and events and streams of queries. */

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
    'mysql/lib/Connection.js': (Connection: Class) =>
      shared.patchConnectionQuery(mysql, Connection.prototype, 'query'),
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

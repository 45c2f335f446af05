/** mysql: connections, pools, clusters, and the events and streams of its queries. */

import type { Instrument } from './instrument.cjs';
import * as shared from './shared/mysql.cjs';

type Class = { prototype: object };

export const mysql: Instrument = {
  library: 'mysql',
  versions: '>=2.18 <3',
  kind: 'sql',
  ...shared.facts,
  marker: 'PROTOCOL_ENQUEUE_AFTER_FATAL_ERROR',
  channel: 'scooby:mysql',
  describe: shared.describe,
  files: {
    'mysql/lib/protocol/sequences/Sequence.js': (Sequence: Class) => shared.patchEmit(Sequence.prototype),
    'mysql/lib/Connection.js': (Connection: Class) =>
      shared.patchConnected(mysql, Connection.prototype, 'query'),
    'mysql/lib/Pool.js': (Pool: Class) => {
      shared.patchPooled(mysql, Pool.prototype, 'query');
      shared.patchConnect(mysql, Pool.prototype, false);
    },
    'mysql/lib/PoolNamespace.js': (PoolNamespace: Class) => {
      shared.patchPooled(mysql, PoolNamespace.prototype, 'query');
      shared.patchConnect(mysql, PoolNamespace.prototype, true);
    },
  },
};

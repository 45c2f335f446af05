/** sequelize-pool: what a query waits in it for its connection. */

import type { PoolCounts } from '../call/call.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import type { CallSiteLibrary } from './library.cjs';
import type { Class } from './own-methods.cjs';
import { wrapAcquire, wrapResolve } from './pool-waits.cjs';

export const sequelizePool: CallSiteLibrary = {
  library: 'sequelize-pool',
  versions: '>=2 <9',
  role: 'pool',
  files: {
    'sequelize-pool/lib/Pool.js': ({ Pool }: { Pool: Class }) =>
      replaceMethod(Pool.prototype, 'acquire', (acquire) => wrapAcquire(acquire, countsOf)),
    // Before 3 the class is the export.
    'sequelize-pool/lib/Deferred.js': (exports: Class & { Deferred?: Class }) =>
      replaceMethod((exports.Deferred ?? exports).prototype, 'resolve', wrapResolve),
  },
};

function countsOf(pool: { maxSize: number; size: number; available: number; waiting: number }): PoolCounts {
  return { max: pool.maxSize, open: pool.size, idle: pool.available, waiting: pool.waiting };
}

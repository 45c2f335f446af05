/** generic-pool: what a query waits in it for its connection. */

import type { PoolCounts } from '../call/call.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import type { CallSiteLibrary } from './library.cjs';
import type { Class } from './own-methods.cjs';
import { wrapAcquire, wrapResolve } from './pool-waits.cjs';

export const genericPool: CallSiteLibrary = {
  library: 'generic-pool',
  versions: '>=3 <4',
  role: 'pool',
  files: {
    'generic-pool/lib/Pool.js': (Pool: Class) =>
      replaceMethod(Pool.prototype, 'acquire', (acquire) => wrapAcquire(acquire, countsOf)),
    'generic-pool/lib/Deferred.js': (Deferred: Class) =>
      replaceMethod(Deferred.prototype, 'resolve', wrapResolve),
  },
};

function countsOf(pool: { max: number; size: number; available: number; pending: number }): PoolCounts {
  return { max: pool.max, open: pool.size, idle: pool.available, waiting: pool.pending };
}

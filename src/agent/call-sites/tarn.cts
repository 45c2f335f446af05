/** tarn, the pool of knex: what a query waits in it for its connection. */

import type { PoolCounts } from '../call/call.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import type { CallSiteLibrary } from './library.cjs';
import type { Class } from './own-methods.cjs';
import { wrapAcquire, wrapResolve } from './pool-waits.cjs';

export const tarn: CallSiteLibrary = {
  library: 'tarn',
  versions: '>=3 <4',
  role: 'pool',
  files: {
    'tarn/dist/Pool.js': ({ Pool }: { Pool: Class }) =>
      replaceMethod(Pool.prototype, 'acquire', (acquire) => wrapAcquire(acquire, countsOf)),
    'tarn/dist/PendingOperation.js': ({ PendingOperation }: { PendingOperation: Class }) =>
      replaceMethod(PendingOperation.prototype, 'resolve', wrapResolve),
  },
};

function countsOf(pool: {
  max: number;
  numUsed(): number;
  numFree(): number;
  numPendingAcquires(): number;
}): PoolCounts {
  const idle = pool.numFree();
  return { max: pool.max, open: pool.numUsed() + idle, idle, waiting: pool.numPendingAcquires() };
}

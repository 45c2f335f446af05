/** Call sites of async-lock, which runs a function in the request that has released the lock. */

import { wrapEnqueue } from '../call/queued-work.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import type { CallSiteLibrary } from './library.cjs';
import type { Class } from './own-methods.cjs';

export const asyncLock: CallSiteLibrary = {
  library: 'async-lock',
  versions: '>=1 <2',
  role: 'queue',
  files: {
    // Its callback, too, is called in the request that has released the lock.
    'async-lock/lib/index.js': ({ prototype }: Class) =>
      replaceMethod(prototype, 'acquire', (original) => wrapEnqueue(original, { all: true })),
  },
};

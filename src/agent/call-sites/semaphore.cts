/** Call sites of semaphore, which runs a function in the request that has left. */

import { wrapEnqueue, wrapExported } from '../call/queued-work.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import type { CallSiteLibrary } from './library.cjs';

export const semaphore: CallSiteLibrary = {
  library: 'semaphore',
  versions: '>=1 <2',
  role: 'queue',
  replaced: ['semaphore/lib/semaphore.js'],
  files: {
    'semaphore/lib/semaphore.js': (exports: Function) =>
      wrapExported(exports, (create, self, args) => {
        const made = Reflect.apply(create, self, args);
        replaceMethod(made, 'take', wrapEnqueue);
        return made;
      }),
  },
};

/** Call sites of promise-queue, which runs a function in the request of the one before. */

import { wrapEnqueue } from '../call/queued-work.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import type { CallSiteLibrary } from './library.cjs';
import type { Class } from './own-methods.cjs';

export const promiseQueue: CallSiteLibrary = {
  library: 'promise-queue',
  versions: '>=2 <3',
  role: 'queue',
  files: {
    'promise-queue/lib/index.js': ({ prototype }: Class) => replaceMethod(prototype, 'add', wrapEnqueue),
  },
};

/** Call sites of promise-limit, which runs a function in the request of the one before. */

import { wrapLimiterFactory } from '../call/queued-work.cjs';
import type { CallSiteLibrary } from './library.cjs';

export const promiseLimit: CallSiteLibrary = {
  library: 'promise-limit',
  versions: '>=2 <3',
  role: 'queue',
  replaced: ['promise-limit/index.js'],
  files: { 'promise-limit/index.js': wrapLimiterFactory },
};

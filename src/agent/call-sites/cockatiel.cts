/** Call sites of Cockatiel, whose bulkhead runs a function in the request of the one before. */

import { wrapEnqueue } from '../call/queued-work.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import type { CallSiteLibrary } from './library.cjs';
import type { Classes } from './own-methods.cjs';

export const cockatiel: CallSiteLibrary = {
  library: 'cockatiel',
  versions: '>=2 <5',
  role: 'queue',
  files: {
    'cockatiel/dist/BulkheadPolicy.js': ({ BulkheadPolicy }: Classes) =>
      replaceMethod(BulkheadPolicy!.prototype, 'execute', wrapEnqueue),
  },
};

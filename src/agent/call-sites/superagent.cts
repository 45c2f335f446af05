/** Call sites of superagent, which sends a request when it is awaited or ended. */

import { wrapExecutor, wrapFactoryClass } from '../call/deferred.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import type { CallSiteLibrary } from './library.cjs';
import type { Class } from './own-methods.cjs';

export const superagent: CallSiteLibrary = {
  library: 'superagent',
  versions: '>=8 <11',
  role: 'client',
  files: {
    'superagent/lib/node/index.js': (exports: { Request: Class & Function }) => {
      replaceMethod(exports.Request.prototype, 'end', wrapExecutor);
      exports.Request = wrapFactoryClass(exports.Request);
    },
  },
};

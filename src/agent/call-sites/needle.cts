/** Call sites of needle, which sends a request in a later tick. */

import { wrapCall } from '../call/deferred.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import type { CallSiteLibrary } from './library.cjs';

const METHODS = ['head', 'get', 'post', 'put', 'patch', 'delete', 'request'];

export const needle: CallSiteLibrary = {
  library: 'needle',
  versions: '>=2 <4',
  role: 'client',
  files: {
    'needle/lib/needle.js': (exports: Record<string, Function>) => {
      for (const method of METHODS) replaceMethod(exports, method, wrapCall);
    },
  },
};

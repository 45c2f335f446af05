/** Call sites of request, which sends in a later tick, when a body may have been piped in. */

import { wrapCall } from '../call/deferred.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import type { CallSiteLibrary } from './library.cjs';
import type { Class } from './own-methods.cjs';

export const request: CallSiteLibrary = {
  library: 'request',
  versions: '>=2.88 <3',
  role: 'client',
  files: { 'request/request.js': ({ prototype }: Class) => replaceMethod(prototype, 'init', wrapCall) },
};

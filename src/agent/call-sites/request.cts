/** request: a request is sent in a later turn than it is made, when its body may have been piped into it. */

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

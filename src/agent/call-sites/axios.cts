/** Call sites of axios, which sends a request after its interceptors, in a later tick. */

import { wrapCall } from '../call/deferred.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import type { CallSiteLibrary } from './library.cjs';
import type { Class } from './own-methods.cjs';

export const axios: CallSiteLibrary = {
  library: 'axios',
  versions: '>=0.21 <2',
  role: 'client',
  files: {
    'axios/lib/core/Axios.js': (exports: { Axios?: Class } & Class) => patchAxios(exports.Axios ?? exports),
    'axios/dist/node/axios.cjs': ({ Axios }: { Axios: Class }) => patchAxios(Axios),
  },
  esm: { 'axios/lib/core/Axios.js': ['Axios'] },
};

/** Instances bind `request` when created; in versions with `_request` it calls that. */
function patchAxios({ prototype }: Class): void {
  replaceMethod(prototype, '_request' in prototype ? '_request' : 'request', wrapCall);
}

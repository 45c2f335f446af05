/** Call sites of ky, which sends a request in a later tick, and again for each retry. */

import { wrapCall } from '../call/deferred.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import type { CallSiteLibrary } from './library.cjs';

export const ky: CallSiteLibrary = {
  library: 'ky',
  versions: '>=1 <3',
  role: 'client',
  files: {
    'ky/distribution/core/Ky.js': ({ Ky }: { Ky: object }) => replaceMethod(Ky, 'create', wrapCall),
  },
  esm: { 'ky/distribution/core/Ky.js': ['Ky'] },
};

/** Call sites of Keyv, which asks its store in a later turn for several keys, and after its hooks. */

import { wrapCall } from '../call/deferred.cjs';
import type { CallSiteLibrary } from './library.cjs';
import { type Class, wrapOwnMethods } from './own-methods.cjs';

const METHODS =
  'get getMany getRaw getManyRaw set setMany setRaw setManyRaw delete deleteMany has hasMany clear';

export const keyv: CallSiteLibrary = {
  library: 'keyv',
  versions: '>=4 <7',
  role: 'driver',
  files: {
    'keyv/src/index.js': patchKeyv,
    'keyv/dist/index.cjs': ({ Keyv }: { Keyv: Class }) => patchKeyv(Keyv),
    'keyv/dist/index.js': ({ Keyv }: { Keyv: Class }) => patchKeyv(Keyv),
    'keyv/dist/index.mjs': ({ Keyv }: { Keyv: Class }) => patchKeyv(Keyv),
  },
  esm: { 'keyv/dist/index.js': ['Keyv'], 'keyv/dist/index.mjs': ['Keyv'] },
};

function patchKeyv({ prototype }: Class): void {
  wrapOwnMethods(prototype, METHODS, wrapCall);
}

/** Call sites of got, which sends a request after hooks and promises of its own. */

import { wrapCall, wrapCallClass } from '../call/deferred.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import type { CallSiteLibrary } from './library.cjs';
import type { Class } from './own-methods.cjs';

export const got: CallSiteLibrary = {
  library: 'got',
  versions: '>=11 <17',
  role: 'client',
  files: { 'got/dist/source/core/index.js': patchCore },
  esm: { 'got/dist/source/core/index.js': ['Request'] },
};

/**
 * Since version 12 the creator of a request flushes it; before, the constructor starts it. The class is the default
 * export also where tsx or Babel has made CommonJS of the ES module.
 */
function patchCore(exports: { Request?: Class; default?: Class & Function }): void {
  const { prototype } = exports.Request ?? exports.default!;
  if ('flush' in prototype) replaceMethod(prototype, 'flush', wrapCall);
  else exports.default = wrapCallClass(exports.default!);
}

/** Call sites of p-limit, whose queue ran functions in the request of the one before; not since 5. */

import { wrapLimiterFactory } from '../call/queued-work.cjs';
import type { CallSiteLibrary } from './library.cjs';

export const pLimit: CallSiteLibrary = {
  library: 'p-limit',
  versions: '>=1 <5',
  role: 'queue',
  replaced: ['p-limit/index.js'],
  files: { 'p-limit/index.js': patchLimit },
  esm: { 'p-limit/index.js': ['pLimit'] },
  // Many projects have a newer one by their tools: it must not cost them a loader.
  esmMajor: 4,
};

/** The module is the function itself, before 4, or the ES module's binding of it. */
function patchLimit(exports: Function | { pLimit: Function }): Function | undefined {
  if (typeof exports === 'function') return wrapLimiterFactory(exports);
  // Its text tells the versions apart: since 5 it keeps the context by itself.
  if (!/AsyncResource|internalResolve/.test(Function.prototype.toString.call(exports.pLimit)))
    exports.pLimit = wrapLimiterFactory(exports.pLimit);
  return undefined;
}

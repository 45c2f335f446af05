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

interface Exports {
  /** The binding of the ES module. */
  pLimit?: Function;
  /** The same where tsx or Babel has made CommonJS of the ES module: its exports are getters. */
  default?: Function;
}

/** The module is the function itself, before 4, or has it. */
function patchLimit(exports: Function | Exports): object | undefined {
  if (typeof exports === 'function') return wrapLimiterFactory(exports);
  const limit = exports.pLimit ?? exports.default!;
  // Its text tells the versions apart: since 5 it keeps the context by itself.
  if (/AsyncResource|internalResolve/.test(Function.prototype.toString.call(limit))) return undefined;
  const wrapped = wrapLimiterFactory(limit);
  if (exports.pLimit === undefined) return copyWithDefault(exports, wrapped);
  exports.pLimit = wrapped;
  return undefined;
}

function copyWithDefault(exports: Exports, value: Function): object {
  const all = Object.getOwnPropertyDescriptors(exports);
  const own = { value, enumerable: true, configurable: true, writable: true };
  return Object.create(Object.getPrototypeOf(exports) as object, { ...all, default: own }) as object;
}

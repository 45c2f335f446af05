/** Call sites of p-queue, which runs a function in the request of the one that ended before. */

import { wrapEnqueue } from '../call/queued-work.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import type { CallSiteLibrary } from './library.cjs';
import type { Class } from './own-methods.cjs';

export const pQueue: CallSiteLibrary = {
  library: 'p-queue',
  versions: '>=6 <11',
  role: 'queue',
  files: { 'p-queue/dist/index.js': patchQueue },
  esm: { 'p-queue/dist/index.js': ['PQueue'] },
};

/** `addAll` calls `add`. */
function patchQueue(exports: { PQueue?: Class; default?: Class }): void {
  replaceMethod((exports.PQueue ?? exports.default!).prototype, 'add', wrapEnqueue);
}

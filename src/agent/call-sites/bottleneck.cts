/** Call sites of Bottleneck, which runs a job in the request of the one that ended before. */

import { wrapEnqueue } from '../call/queued-work.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import type { CallSiteLibrary } from './library.cjs';
import type { Class } from './own-methods.cjs';

export const bottleneck: CallSiteLibrary = {
  library: 'bottleneck',
  versions: '>=2 <3',
  role: 'queue',
  files: {
    'bottleneck/lib/Bottleneck.js': patchBottleneck,
    'bottleneck/light.js': patchBottleneck,
    'bottleneck/es5.js': patchBottleneck,
  },
};

/** What `wrap` returns calls `schedule`. */
function patchBottleneck({ prototype }: Class): void {
  for (const method of ['schedule', 'submit']) replaceMethod(prototype, method, wrapEnqueue);
}

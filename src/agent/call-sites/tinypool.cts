/** Tinypool, whose tasks wait in a queue that requests share, and run in other threads or processes. */

import { watchTasks } from '../processes/pool-tasks.cjs';
import type { CallSiteLibrary } from './library.cjs';
import type { Class } from './own-methods.cjs';

export const tinypool: CallSiteLibrary = {
  library: 'tinypool',
  versions: '>=0.8 <3',
  role: 'queue',
  files: { 'tinypool/dist/index.js': patchPool, 'tinypool/dist/esm/index.js': patchPool },
  esm: { 'tinypool/dist/index.js': ['Tinypool'], 'tinypool/dist/esm/index.js': ['Tinypool'] },
};

function patchPool({ Tinypool }: { Tinypool?: Class }): void {
  if (Tinypool === undefined) throw new Error('run not found');
  watchTasks(Tinypool);
}

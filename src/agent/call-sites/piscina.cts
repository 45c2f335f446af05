/** Piscina, whose tasks wait in a queue that requests share, and run in other threads. */

import { watchTasks } from '../processes/pool-tasks.cjs';
import type { CallSiteLibrary } from './library.cjs';
import type { Class } from './own-methods.cjs';

export const piscina: CallSiteLibrary = {
  library: 'piscina',
  versions: '>=4 <6',
  role: 'queue',
  files: { 'piscina/dist/index.js': patchPool, 'piscina/dist/src/index.js': patchPool },
};

function patchPool({ Piscina, default: Pool = Piscina }: { Piscina?: Class; default?: Class }): void {
  if (Pool === undefined) throw new Error('run not found');
  watchTasks(Pool);
}

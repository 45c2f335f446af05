/** Piscina and tinypool, whose tasks wait in a queue that requests share, and run in other threads. */

import { watchTasks } from '../processes/pool-tasks.cjs';
import type { CallSiteLibrary } from './library.cjs';
import type { Class } from './own-methods.cjs';

type Exports = Partial<Record<'Piscina' | 'Tinypool' | 'default', Class>>;

export const piscina: CallSiteLibrary = {
  library: 'piscina',
  versions: '>=4 <6',
  role: 'queue',
  files: { 'piscina/dist/index.js': patchPool, 'piscina/dist/src/index.js': patchPool },
};

export const tinypool: CallSiteLibrary = {
  library: 'tinypool',
  versions: '>=0.8 <3',
  role: 'queue',
  files: { 'tinypool/dist/index.js': patchPool, 'tinypool/dist/esm/index.js': patchPool },
  esm: { 'tinypool/dist/index.js': ['Tinypool'], 'tinypool/dist/esm/index.js': ['Tinypool'] },
};

function patchPool(exports: Exports): void {
  const Pool = exports.Piscina ?? exports.Tinypool ?? exports.default;
  if (Pool === undefined) throw new Error('run not found');
  watchTasks(Pool);
}

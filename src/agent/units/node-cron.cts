/** Units of node-cron. */

import { replaceMethod } from '../call/wrap.cjs';
import { runDetached } from '../request/unit.cjs';
import { state } from '../run-config.cjs';
import { registrationOf, wrapHandler } from './consumer.cjs';
import type { UnitLibrary } from './library.cjs';

type Exports = Record<string, unknown>;

const ES_MODULES = ['node-cron/dist/node-cron.js', 'node-cron/dist/esm/node-cron.js'];

export const nodeCron: UnitLibrary = {
  library: 'node-cron',
  versions: '>=3 <5',
  runs: 'tick',
  name: 'the expression',
  files: Object.fromEntries(
    [
      'node-cron/src/node-cron.js',
      'node-cron/dist/cjs/node-cron.js',
      'node-cron/dist/node-cron.cjs',
      ...ES_MODULES,
    ].map((file) => [file, patchSchedule]),
  ),
  esm: Object.fromEntries(ES_MODULES.map((file) => [file, ['schedule', 'createTask', 'nodeCron']])),
};

/** The same functions stand in the module, in its default export and in `nodeCron`. */
function patchSchedule(exports: Exports): void {
  const holders = [exports, exports.nodeCron, exports.default];
  if (typeof exports.schedule !== 'function') throw new Error('schedule not found');
  for (const method of ['schedule', 'createTask']) {
    const original = exports[method];
    if (typeof original !== 'function') continue;
    const wrapped = { [method]: original };
    replaceMethod(wrapped, method, wrapSchedule);
    for (const holder of holders as (Exports | undefined)[])
      if (holder?.[method] === original) holder[method] = wrapped[method];
  }
}

/** A path in place of the function is run in another process. */
function wrapSchedule(original: Function): Function {
  return function schedule(this: unknown, expression: unknown, task: unknown, ...rest: unknown[]) {
    if (state.recording === 'off' || typeof task !== 'function')
      return Reflect.apply(original, this, arguments);
    const info = { kind: 'tick', name: String(expression), ...registrationOf(schedule, task) } as const;
    // A task's promise is handled, whether or not it is awaited.
    const tick = wrapHandler(task, () => info, { settles: true });
    return runDetached(original, this, [expression, tick, ...rest]);
  };
}

/** Units of cron, the package of that name. */

import { replaceMethod } from '../call/wrap.cjs';
import { state } from '../run-config.cjs';
import { registrationOf, wrapHandler, wrapLoop } from './consumer.cjs';
import type { UnitLibrary } from './library.cjs';

interface CronJob {
  cronTime?: { source?: unknown };
}

export const cron: UnitLibrary = {
  library: 'cron',
  versions: '>=1.8 <5',
  runs: 'tick',
  name: 'the expression',
  files: { 'cron/dist/job.js': patchJob, 'cron/lib/job.js': patchJob, 'cron/lib/cron.js': patchJob },
};

/** The job handles a promise that its function returns since version 4. */
function patchJob(exports: { CronJob?: { prototype: object } }): void {
  const owner = exports.CronJob?.prototype;
  if (owner === undefined) return;
  replaceMethod(owner, 'addCallback', wrapAddCallback);
  replaceMethod(owner, 'start', wrapLoop);
}

function wrapAddCallback(original: Function): Function {
  return function addCallback(this: CronJob, callback: unknown) {
    if (state.recording === 'off' || typeof callback !== 'function')
      return Reflect.apply(original, this, arguments);
    const registration = registrationOf(addCallback, callback);
    const tick = wrapHandler(callback, () => ({
      kind: 'tick',
      name: String(this.cronTime?.source ?? ''),
      ...registration,
    }));
    return Reflect.apply(original, this, [tick]);
  };
}

/** Units of croner. */

import { replaceMethod } from '../call/wrap.cjs';
import { runDetached } from '../request/unit.cjs';
import { type ConsumerRegistration, registrationOf, wrapUnitMethod } from './consumer.cjs';
import type { UnitLibrary } from './library.cjs';

interface Cron {
  getPattern?(): string | undefined;
}

const registrations = new WeakMap<object, ConsumerRegistration>();

export const croner: UnitLibrary = {
  library: 'croner',
  versions: '>=6 <12',
  runs: 'tick',
  name: 'the expression',
  files: {
    'croner/dist/croner.cjs': patchCron,
    'croner/dist/croner.js': patchCron,
    // Of 6 to 8.
    'croner/dist/croner.min.cjs': patchCron,
    'croner/dist/croner.min.js': patchCron,
  },
  esm: { 'croner/dist/croner.js': ['Cron'], 'croner/dist/croner.min.js': ['Cron'] },
};

function patchCron({ Cron: Class }: { Cron?: { prototype: object } }): void {
  if (Class === undefined) throw new Error('Cron not found');
  const { prototype } = Class;
  // The constructor calls it; afterwards its timers run in the request of that call.
  replaceMethod(
    prototype,
    'schedule',
    (original) =>
      function schedule(this: Cron, fn: unknown) {
        if (!registrations.has(this)) registrations.set(this, registrationOf(schedule, fn));
        return runDetached(original, this, arguments);
      },
  );
  // Its promise is not handled, so that its end is not observed.
  replaceMethod(prototype, '_trigger', (original) =>
    wrapUnitMethod(original, (_, self: Cron) => ({
      kind: 'tick',
      name: self.getPattern?.() ?? '',
      ...registrations.get(self),
    })),
  );
}

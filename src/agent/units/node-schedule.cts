/** Units of node-schedule. */

import { replaceMethod } from '../call/wrap.cjs';
import { runDetached } from '../request/unit.cjs';
import { type ConsumerRegistration, registrationOf, wrapUnitMethod } from './consumer.cjs';
import type { UnitLibrary } from './library.cjs';

interface Job {
  name: string;
  job?: unknown;
}
interface Exports {
  Job: { prototype: object };
}

const registrations = new WeakMap<object, ConsumerRegistration & { name: string; isNamed: boolean }>();

export const nodeSchedule: UnitLibrary = {
  library: 'node-schedule',
  versions: '>=1.3 <3',
  runs: 'tick',
  name: 'the job, or its expression',
  files: { 'node-schedule/lib/Job.js': patchJob, 'node-schedule/lib/schedule.js': patchJob },
};

function patchJob({ Job }: Exports): void {
  if (Job === undefined) return;
  replaceMethod(
    Job.prototype,
    'schedule',
    (original) =>
      function schedule(this: Job, spec: unknown) {
        const isNamed = !this.name.startsWith('<Anonymous');
        const name = isNamed ? this.name : nameOfRule(spec);
        registrations.set(this, { name, isNamed, ...registrationOf(schedule, this.job) });
        return runDetached(original, this, arguments);
      },
  );
  replaceMethod(Job.prototype, 'invoke', (original) =>
    wrapUnitMethod(original, (_, self: Job) => {
      return { kind: 'tick', ...(registrations.get(self) ?? { name: self.name }) } as const;
    }),
  );
}

/** The expression, or nothing: then the tick is named by its line. */
function nameOfRule(spec: unknown): string {
  return typeof spec === 'string' ? spec : '';
}

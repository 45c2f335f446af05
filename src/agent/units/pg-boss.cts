/** Units of pg-boss: jobs, linked to the request that sent them. */

import { replaceMethod } from '../call/wrap.cjs';
import { runDetached } from '../request/unit.cjs';
import { state } from '../run-config.cjs';
import { wrapHandler, wrapHandOver } from './consumer.cjs';
import type { UnitLibrary } from './library.cjs';

interface Job {
  id: string;
}

export const pgBoss: UnitLibrary = {
  library: 'pg-boss',
  versions: '>=8 <11',
  runs: 'job',
  name: 'queue',
  files: {
    'pg-boss/src/manager.js': ({ prototype }: { prototype: object }) => {
      replaceMethod(prototype, 'work', wrapWork);
      replaceMethod(prototype, 'createJob', (original) =>
        wrapHandOver(original, (id: string | null) => [id === null ? undefined : keyOf({ id })]),
      );
    },
  },
};

function wrapWork(original: Function): Function {
  return function work(this: unknown, ...args: unknown[]) {
    const at = args.findIndex((arg) => typeof arg === 'function');
    if (state.recording === 'off' || at < 0) return Reflect.apply(original, this, args);
    const handler = wrapHandler(
      args[at] as Function,
      ([given]: [Job | Job[]]) => infoOf(String(args[0]), Array.isArray(given) ? given : [given]),
      { settles: true },
    );
    return runDetached(original, this, args.with(at, handler));
  };
}

/** Of several jobs at once the first is the cause. */
function infoOf(name: string, jobs: Job[]) {
  const [first] = jobs;
  const params = jobs.length > 1 ? { jobs: jobs.length } : { id: first?.id };
  return { kind: 'job', name, params, ...(first && { cause: keyOf(first) }) } as const;
}

function keyOf({ id }: Job): string {
  return `pg-boss ${id}`;
}

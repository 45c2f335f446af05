/** Units of BullMQ: jobs, linked to the request that added them. */

import { replaceMethod } from '../call/wrap.cjs';
import { wrapConsumerClass, wrapHandOver, wrapLoop, wrapUnitMethod } from './consumer.cjs';
import type { UnitLibrary } from './library.cjs';

interface Job {
  id?: string;
  name: string;
  attemptsMade?: number;
  /** Prefix and queue, as in the keys in Redis. */
  queueQualifiedName: string;
  queueName: string;
}
interface Worker {
  prototype: object;
}

export const bullmq: UnitLibrary = {
  library: 'bullmq',
  versions: '>=1.51 <7',
  runs: 'job',
  name: 'queue and job',
  files: {
    'bullmq/dist/cjs/classes/worker.js': (exports: { Worker: Function }) => {
      const { prototype } = exports.Worker as unknown as Worker;
      replaceMethod(prototype, 'callProcessJob', (original) =>
        wrapUnitMethod(original, ([job]: [Job]) => infoOf(job), { settles: true }),
      );
      // The loop that fetches jobs, in the request that makes the worker.
      replaceMethod(prototype, 'run', wrapLoop);
      exports.Worker = wrapConsumerClass(exports.Worker);
    },
    'bullmq/dist/cjs/classes/job.js': ({ Job }: { Job: object }) => {
      replaceMethod(Job, 'create', (original) => wrapHandOver(original, (job: Job) => [keyOf(job)]));
      replaceMethod(Job, 'createBulk', (original) =>
        wrapHandOver(original, (jobs: Job[]) => jobs.map(keyOf)),
      );
    },
  },
};

function infoOf(job: Job) {
  const { id, name, attemptsMade = 0, queueName } = job;
  const params = { id, ...(attemptsMade > 0 && { attempt: attemptsMade + 1 }) };
  const cause = keyOf(job);
  return { kind: 'job', name: `${queueName} ${name}`, params, ...(cause && { cause }) } as const;
}

function keyOf({ id, queueQualifiedName }: Job): string | undefined {
  return id === undefined ? undefined : `bullmq ${queueQualifiedName} ${id}`;
}

/** Units of Bull, the predecessor of BullMQ. */

import { wrapCall } from '../call/deferred.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import { wrapOwnMethods } from '../call-sites/own-methods.cjs';
import { attempt } from '../guard.cjs';
import { runDetached } from '../request/unit.cjs';
import { state } from '../run-config.cjs';
import { wrapHandler, wrapHandOver } from './consumer.cjs';
import type { UnitLibrary } from './library.cjs';

interface Queue {
  name: string;
  toKey(type: string): string;
}
interface Job {
  id?: unknown;
  name: string;
  attemptsMade?: number;
  queue: Queue;
}

// Methods that the app calls: their commands are sent in a later tick, once the client is ready.
const QUEUE_METHODS = `add addBulk pause resume isPaused getRepeatableJobs getNextJob removeRepeatable
  removeRepeatableByKey removeJobs empty clean obliterate retryJobs`;
const GETTER_METHODS = `getJob count getJobCounts getJobCountByTypes getCompletedCount getFailedCount getDelayedCount
  getActiveCount getWaitingCount getPausedCount getWaiting getActive getDelayed getCompleted getFailed getJobs
  getJobLogs getWorkers getMetrics`;
const JOB_METHODS = `progress update log remove isCompleted isFailed isDelayed isActive isWaiting isPaused isStuck
  getState promote retry finished`;

export const bull: UnitLibrary = {
  library: 'bull',
  versions: '>=3.20 <5',
  runs: 'job',
  name: 'queue and job',
  files: {
    'bull/lib/queue.js': ({ prototype }: { prototype: object }) => {
      wrapOwnMethods(prototype, QUEUE_METHODS, wrapCall);
      replaceMethod(prototype, 'setHandler', wrapSetHandler);
      replaceMethod(
        prototype,
        'process',
        (original) =>
          function process(this: unknown) {
            return runDetached(original, this, arguments);
          },
      );
    },
    'bull/lib/getters.js': (addGetters: Function) =>
      function (this: unknown, Queue: { prototype: object }) {
        const result: unknown = Reflect.apply(addGetters, this, arguments);
        attempt(wrapOwnMethods, Queue.prototype, GETTER_METHODS, wrapCall);
        return result;
      },
    'bull/lib/job.js': (Job: { prototype: object }) => {
      wrapOwnMethods(Job.prototype, JOB_METHODS, wrapCall);
      wrapOwnMethods(Job, 'fromId', wrapCall);
      replaceMethod(Job, 'create', (original) => wrapHandOver(original, (job: Job) => [keyOf(job)]));
    },
  },
  replaced: ['bull/lib/getters.js'],
};

/** A path in place of the function is run in another process. */
function wrapSetHandler(original: Function): Function {
  return function setHandler(this: Queue, name: string, handler: unknown) {
    if (state.recording === 'off' || typeof handler !== 'function')
      return Reflect.apply(original, this, arguments);
    const options = { settles: true, takesCallback: true };
    const run = wrapHandler(handler, ([job]: [Job]) => infoOf(job, this), options);
    return Reflect.apply(original, this, [name, run]);
  };
}

function infoOf(job: Job, queue: Queue) {
  const { id, name, attemptsMade = 0 } = job;
  const params = { id, ...(attemptsMade > 0 && { attempt: attemptsMade + 1 }) };
  const named = name === '__default__' ? queue.name : `${queue.name} ${name}`;
  return { kind: 'job', name: named, params, cause: keyOf(job) } as const;
}

function keyOf({ id, queue }: Job): string {
  return `bull ${queue.toKey('')} ${id}`;
}

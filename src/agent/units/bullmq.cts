/** Units of BullMQ: jobs, linked to the request that added them. */

import { wrapCall } from '../call/deferred.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import { type Classes, wrapOwnMethods } from '../call-sites/own-methods.cjs';
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

// Methods that the app calls: their commands are sent in a later tick, once the client is ready.
const QUEUE_METHODS = `add addBulk upsertJobScheduler pause resume rateLimit isPaused getRepeatableJobs getJobScheduler
  getJobSchedulers getJobSchedulersCount removeRepeatable removeRepeatableByKey removeJobScheduler removeDebounceKey
  removeDeduplicationKey removeRateLimitKey remove updateJobProgress addJobLog drain clean obliterate retryJobs
  promoteJobs trimEvents setGlobalConcurrency setGlobalRateLimit removeGlobalConcurrency removeGlobalRateLimit
  removeDeprecatedPriorityKey removeOrphanedJobs getVersion`;
const GETTER_METHODS = `getJob count getRateLimitTtl getDebounceJobId getDeduplicationJobId getGlobalConcurrency
  getGlobalRateLimit getJobCountByTypes getJobCounts getJobState getMeta getCompletedCount getFailedCount getDelayedCount
  getActiveCount getPrioritizedCount getCountsPerPriority getWaitingCount getWaitingChildrenCount getWaiting
  getWaitingChildren getActive getDelayed getPrioritized getCompleted getFailed getDependencies getRanges getJobs
  getJobLogs getWorkers getWorkersCount getQueueEvents getMetrics exportPrometheusMetrics`;
const JOB_METHODS = `update updateData updateProgress log clearLogs remove removeChildDependency
  removeUnprocessedChildren isCompleted isFailed isDelayed isWaitingChildren isActive isWaiting getState changeDelay
  changePriority getChildrenValues getIgnoredChildrenFailures getFailedChildrenValues getDependencies
  getDependenciesCount waitUntilFinished moveToDelayed moveToWaitingChildren promote retry removeDeduplicationKey`;

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
    'bullmq/dist/cjs/classes/queue.js': ({ Queue }: Classes) =>
      wrapOwnMethods(Queue!.prototype, QUEUE_METHODS, wrapCall),
    'bullmq/dist/cjs/classes/queue-getters.js': ({ QueueGetters }: Classes) =>
      wrapOwnMethods(QueueGetters!.prototype, GETTER_METHODS, wrapCall),
    'bullmq/dist/cjs/classes/flow-producer.js': ({ FlowProducer }: Classes) =>
      wrapOwnMethods(FlowProducer!.prototype, 'add addBulk getFlow', wrapCall),
    'bullmq/dist/cjs/classes/job.js': ({ Job }: Classes) => {
      wrapOwnMethods(Job!.prototype, JOB_METHODS, wrapCall);
      wrapOwnMethods(Job!, 'fromId addJobLog', wrapCall);
      replaceMethod(Job!, 'create', (original) => wrapHandOver(original, (job: Job) => [keyOf(job)]));
      replaceMethod(Job!, 'createBulk', (original) =>
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

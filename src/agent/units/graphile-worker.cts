/** Units of Graphile Worker: jobs, linked to the request that added them. */

import { wrapCall } from '../call/deferred.cjs';
import { runDetached } from '../request/unit.cjs';
import { state } from '../run-config.cjs';
import { wrapHandler, wrapHandOver } from './consumer.cjs';
import type { UnitLibrary } from './library.cjs';

type Tasks = Record<string, unknown>;
interface WorkerExports {
  makeNewWorker: Function;
}
interface HelperExports {
  makeAddJob?: Function;
}
interface Job {
  id: unknown;
  task_identifier?: string;
}

export const graphileWorker: UnitLibrary = {
  library: 'graphile-worker',
  versions: '>=0.13 <0.18',
  runs: 'job',
  name: 'the task',
  files: {
    'graphile-worker/dist/worker.js': (exports: WorkerExports) => {
      exports.makeNewWorker = wrapMakeWorker(exports.makeNewWorker);
    },
    'graphile-worker/dist/helpers.js': (exports: HelperExports) => {
      if (exports.makeAddJob !== undefined) exports.makeAddJob = wrapMakeAddJob(exports.makeAddJob);
    },
  },
};

function wrapMakeWorker(original: Function): Function {
  return function makeNewWorker(this: unknown, ...args: unknown[]) {
    if (state.recording === 'off') return Reflect.apply(original, this, args);
    // Until 0.14 the tasks are an argument, later a field of one.
    const given = args.map((arg) => withTasks(arg));
    return runDetached(original, this, given);
  };
}

function withTasks(value: unknown): unknown {
  const { tasks } = (value ?? {}) as { tasks?: unknown };
  if (typeof tasks !== 'object' || tasks === null) return isTasks(value) ? unitsOf(value) : value;
  return { ...(value as object), tasks: unitsOf(tasks as Tasks) };
}

function isTasks(value: unknown): value is Tasks {
  if (typeof value !== 'object' || value === null) return false;
  const tasks = Object.values(value);
  return tasks.length > 0 && tasks.every((task) => typeof task === 'function');
}

/** A task's promise is awaited. */
function unitsOf(tasks: Tasks): Tasks {
  return Object.fromEntries(
    Object.entries(tasks).map(([name, task]) => [
      name,
      typeof task === 'function' ? wrapHandler(task, infoOf(name), { settles: true }) : task,
    ]),
  );
}

function infoOf(name: string) {
  return ([, helpers]: [unknown, { job?: Job }?]) => {
    const id = helpers?.job?.id;
    return { kind: 'job', name, params: { id }, ...(id !== undefined && { cause: keyOf(id) }) } as const;
  };
}

/** The promise that is observed is the library's own, of the work on its connection. */
function wrapMakeAddJob(original: Function): Function {
  return function makeAddJob(this: unknown, options: unknown, withClient: unknown, ...rest: unknown[]) {
    if (typeof withClient !== 'function') return Reflect.apply(original, this, arguments);
    const observed = (work: Function, ...more: unknown[]) =>
      withClient(
        wrapHandOver(work, (job: Job | undefined) => [job?.id === undefined ? undefined : keyOf(job.id)]),
        ...more,
      );
    const made = [options, Object.assign(observed, withClient), ...rest];
    return wrapCall(Reflect.apply(original, this, made) as Function);
  };
}

function keyOf(id: unknown): string {
  return `graphile-worker ${id}`;
}

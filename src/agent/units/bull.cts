/** Units of Bull, the predecessor of BullMQ. */

import { replaceMethod } from '../call/wrap.cjs';
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

export const bull: UnitLibrary = {
  library: 'bull',
  versions: '>=3.20 <5',
  runs: 'job',
  name: 'queue and job',
  files: {
    'bull/lib/queue.js': ({ prototype }: { prototype: object }) => {
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
    'bull/lib/job.js': (Job: object) =>
      replaceMethod(Job, 'create', (original) => wrapHandOver(original, (job: Job) => [keyOf(job)])),
  },
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

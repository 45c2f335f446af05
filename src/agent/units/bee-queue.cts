/** Units of Bee-Queue, linked to the request that saved the job. */

import { replaceMethod } from '../call/wrap.cjs';
import { runDetached } from '../request/unit.cjs';
import { state } from '../run-config.cjs';
import { wrapHandler, wrapHandOver } from './consumer.cjs';
import type { UnitLibrary } from './library.cjs';

type Class = { prototype: object };
interface Queue {
  name: string;
  toKey(type: string): string;
}
interface Job {
  id?: unknown;
}

export const beeQueue: UnitLibrary = {
  library: 'bee-queue',
  versions: '>=1.2 <3',
  runs: 'job',
  name: 'queue',
  files: {
    'bee-queue/lib/queue.js': ({ prototype }: Class) => replaceMethod(prototype, 'process', wrapProcess),
    'bee-queue/lib/job.js': ({ prototype }: Class) => replaceMethod(prototype, '_save', wrapSave),
  },
};

function wrapProcess(original: Function): Function {
  return function process(this: Queue, ...args: unknown[]) {
    const at = args.findIndex((arg) => typeof arg === 'function');
    if (state.recording === 'off' || at < 0) return Reflect.apply(original, this, args);
    const infoOf = ([{ id }]: [Job]) =>
      ({ kind: 'job', name: this.name, params: { id }, cause: keyOf(this, id) }) as const;
    const handler = wrapHandler(args[at] as Function, infoOf, { settles: true, takesCallback: true });
    return runDetached(original, this, args.with(at, handler));
  };
}

/** Its argument sends the job to Redis, for the number of the job: the app gets another promise. */
function wrapSave(original: Function): Function {
  return function _save(this: { queue: Queue }, send: unknown, ...rest: unknown[]) {
    if (state.recording === 'off' || typeof send !== 'function')
      return Reflect.apply(original, this, arguments);
    const observed = wrapHandOver(send, (id: unknown) => [id ? keyOf(this.queue, id) : undefined]);
    return Reflect.apply(original, this, [observed, ...rest]);
  };
}

function keyOf(queue: Queue, id: unknown): string {
  return `bee-queue ${queue.toKey('')} ${id}`;
}

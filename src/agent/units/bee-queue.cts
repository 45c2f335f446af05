/** Units of Bee-Queue. */

import { replaceMethod } from '../call/wrap.cjs';
import { runDetached } from '../request/unit.cjs';
import { state } from '../run-config.cjs';
import { wrapHandler } from './consumer.cjs';
import type { UnitLibrary } from './library.cjs';

interface Job {
  id?: unknown;
}

export const beeQueue: UnitLibrary = {
  library: 'bee-queue',
  versions: '>=1.2 <3',
  runs: 'job',
  name: 'queue',
  files: {
    'bee-queue/lib/queue.js': ({ prototype }: { prototype: object }) =>
      replaceMethod(prototype, 'process', wrapProcess),
  },
};

function wrapProcess(original: Function): Function {
  return function process(this: { name: string }, ...args: unknown[]) {
    const at = args.findIndex((arg) => typeof arg === 'function');
    if (state.recording === 'off' || at < 0) return Reflect.apply(original, this, args);
    const infoOf = ([{ id }]: [Job]) => ({ kind: 'job', name: this.name, params: { id } }) as const;
    const handler = wrapHandler(args[at] as Function, infoOf, { settles: true, takesCallback: true });
    return runDetached(original, this, args.with(at, handler));
  };
}

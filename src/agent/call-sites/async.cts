/** Call sites of async, whose queues run the worker in the request whose item ended before. */

import type { ContextRunner } from '../call/call-site.cjs';
import { bindWork, copyIdentity, queuedWorkRunner, wrapExported } from '../call/queued-work.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import { state } from '../run-config.cjs';
import type { CallSiteLibrary } from './library.cjs';

/** Item of a queue; `callback` is the app's. */
interface Item {
  callback: Function;
}
interface Queue {
  _tasks: Record<string, unknown>;
}

const FACTORIES = ['queue', 'priorityQueue', 'cargo', 'cargoQueue'];
const FILES = FACTORIES.map((name) => `async/${name}.js`);

export const async: CallSiteLibrary = {
  library: 'async',
  versions: '>=2 <4',
  role: 'queue',
  files: {
    'async/dist/async.js': patchAll,
    ...Object.fromEntries(FILES.map((file) => [file, wrapQueueFactory])),
  },
  replaced: FILES,
};

/** `default` is a second object with the same functions; cargoQueue came with version 3. */
function patchAll(exports: Record<string, Function> & { default: Record<string, Function> }): void {
  for (const name of FACTORIES) {
    if (exports[name] === undefined) continue;
    exports[name] = wrapQueueFactory(exports[name]);
    exports.default[name] = exports[name];
  }
}

function wrapQueueFactory(original: Function): Function {
  return wrapExported(original, (create, self, [worker, ...rest]) => {
    if (typeof worker !== 'function') return Reflect.apply(create, self, [worker, ...rest]);
    const runners = new WeakMap<Item, ContextRunner>();
    /** Runner of the first item taken since the worker was called: a cargo takes several. */
    let next: ContextRunner | undefined;
    const work = copyIdentity(worker, function (this: unknown) {
      const run = next;
      next = undefined;
      if (run === undefined || state.recording === 'off') return Reflect.apply(worker, this, arguments);
      return run(worker, this, arguments);
    });
    const queue: Queue = Reflect.apply(create, self, [work, ...rest]);
    const { _tasks: tasks } = queue;
    for (const method of ['push', 'unshift', 'insertBefore'])
      if (typeof tasks[method] === 'function')
        replaceMethod(tasks, method, (insert) => wrapInsert(insert, runners));
    replaceMethod(tasks, 'shift', (shift) => {
      return function (this: unknown) {
        const item = Reflect.apply(shift, this, arguments);
        next ??= runners.get(item);
        return item;
      };
    });
    return queue;
  });
}

/** The item is the last argument; `insertBefore` has another before it. */
function wrapInsert(original: Function, runners: WeakMap<Item, ContextRunner>): Function {
  return function insert(this: unknown, ...args: Item[]) {
    const item = args.at(-1);
    if (state.recording !== 'off' && item !== undefined) {
      const run = queuedWorkRunner(insert as never);
      runners.set(item, run);
      // The callbacks of a cargo's items are called together.
      item.callback = bindWork(item.callback, run);
    }
    return Reflect.apply(original, this, args);
  };
}

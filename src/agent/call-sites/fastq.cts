/** Call sites of fastq, whose worker runs in the request whose item ended before. */

import type { ContextRunner } from '../call/call-site.cjs';
import { copyIdentity, queuedWorkRunner, wrapExported } from '../call/queued-work.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import { state } from '../run-config.cjs';
import type { CallSiteLibrary } from './library.cjs';

/** Item that waits in a queue, as the app pushed it. */
interface WaitingItem {
  value: unknown;
  run: ContextRunner;
}
type Factory = Function & { promise?: Function };

export const fastq: CallSiteLibrary = {
  library: 'fastq',
  versions: '>=1.6 <2',
  role: 'queue',
  replaced: ['fastq/queue.js'],
  files: { 'fastq/queue.js': patchFastq },
};

function patchFastq(exports: Factory): Factory {
  if (exports.promise !== undefined) exports.promise = wrapQueueFactory(exports.promise);
  return wrapQueueFactory(exports);
}

function wrapQueueFactory<T extends Function>(original: T): T {
  return wrapExported(original, (create, self, args) => {
    // The context of the worker may stand before it.
    const at = args.findIndex((value) => typeof value === 'function');
    if (at < 0) return Reflect.apply(create, self, args);
    const waiting: WaitingItem[] = [];
    const queue = Reflect.apply(create, self, args.with(at, wrapWorker(args[at] as Function, waiting)));
    replaceMethod(queue, 'push', (push) => wrapInsert(push, (item) => waiting.push(item)));
    replaceMethod(queue, 'unshift', (unshift) => wrapInsert(unshift, (item) => waiting.unshift(item)));
    for (const method of ['kill', 'killAndDrain', 'abort'])
      if (typeof queue[method] === 'function')
        replaceMethod(queue, method, (empty) => wrapEmpty(empty, waiting));
    return queue;
  });
}

/** The queue keeps its items out of reach: `waiting` has the same order. */
function wrapInsert(original: Function, add: (item: WaitingItem) => void): Function {
  return function insert(this: unknown, value: unknown) {
    if (state.recording !== 'off') add({ value, run: queuedWorkRunner(insert as never) });
    return Reflect.apply(original, this, arguments);
  };
}

function wrapWorker(worker: Function, waiting: WaitingItem[]): Function {
  return copyIdentity(worker, function (this: unknown, value: unknown) {
    // Items pushed while nothing was recorded are not among those that wait.
    const at = waiting.findIndex((item) => Object.is(item.value, value));
    const [item] = at < 0 ? [] : waiting.splice(at, 1);
    if (item === undefined || state.recording === 'off') return Reflect.apply(worker, this, arguments);
    return item.run(worker, this, arguments);
  });
}

function wrapEmpty(original: Function, waiting: WaitingItem[]): Function {
  return function (this: unknown) {
    waiting.length = 0;
    return Reflect.apply(original, this, arguments);
  };
}

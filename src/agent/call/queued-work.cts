/** Wrappers for queues that requests share: what is handed over runs under the request that did so. */

import { currentRequest } from '../request/context.cjs';
import { state } from '../run-config.cjs';
import { type ContextRunner, captureCallSite, runInContext } from './call-site.cjs';

// Enough for the frames that the queues have between the app's call and the wrapped function.
const QUEUE_FRAMES = 5;

/**
 * Runner for the work that the app's call of `wrapper` hands over. It has the line of that call,
 * which shows where the work has none of the app's code (`limit(pool.query.bind(pool), …)`). Work
 * of no recorded request runs in no request, as else it would run in that of the request that
 * happens to empty the queue.
 */
export function queuedWorkRunner(wrapper: (...args: never[]) => unknown): ContextRunner {
  const request = currentRequest();
  const site = captureCallSite(wrapper, QUEUE_FRAMES);
  // What is part of a recorded call stays a part of it.
  const ownSite = site?.silent && site.request === undefined ? undefined : site;
  return (fn, self, args) => runInContext(request, ownSite, fn, self, args);
}

/** Function that calls `work` by `run`, with its name and length: some queues read the length. */
export function bindWork(work: Function, run: ContextRunner): Function {
  return copyIdentity(work, function (this: unknown) {
    return run(work, this, arguments);
  });
}

/**
 * Wraps a function that takes work for a queue: the first function among its arguments. The others
 * are values of the app, which `all` binds as well.
 */
export function wrapEnqueue(original: Function, { all = false } = {}): Function {
  return function enqueue(this: unknown) {
    if (state.recording === 'off') return Reflect.apply(original, this, arguments);
    return Reflect.apply(original, this, bindFunctions(arguments, enqueue, all));
  };
}

/** Wraps a function that creates such a function, as `pLimit(2)` does. */
export function wrapLimiterFactory<T extends Function>(original: T): T {
  return wrapExported(original, (create, self, args) => {
    const limiter = Reflect.apply(create, self, args);
    const apply = (limit: Function, owner: unknown, given: unknown[]) =>
      Reflect.apply(limit, owner, state.recording === 'off' ? given : bindFunctions(given, apply, false));
    return typeof limiter === 'function' ? new Proxy(limiter, { apply }) : limiter;
  });
}

/** Function with all the properties of an exported one; its `default`, if itself, is replaced too. */
export function wrapExported<T extends Function>(
  original: T,
  apply: (original: Function, self: unknown, args: unknown[]) => unknown,
): T {
  const exported = new Proxy<Function>(original, { apply });
  const own = original as { default?: unknown };
  if (own.default === original) own.default = exported;
  return exported as T;
}

function bindFunctions(args: ArrayLike<unknown>, wrapper: (...args: never[]) => unknown, all: boolean) {
  const bound = Array.from(args);
  let run: ContextRunner | undefined;
  for (const [i, value] of bound.entries()) {
    if (typeof value !== 'function') continue;
    run ??= queuedWorkRunner(wrapper);
    bound[i] = bindWork(value, run);
    if (!all) break;
  }
  return bound;
}

/** Copies what libraries read of a function: its name, length, and whether it is async. */
export function copyIdentity(from: Function, to: Function): Function {
  Object.defineProperty(to, 'name', { value: from.name, configurable: true });
  if (from.length !== 0) Object.defineProperty(to, 'length', { value: from.length, configurable: true });
  const tag = (from as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag];
  if (tag !== undefined) Object.defineProperty(to, Symbol.toStringTag, { value: tag, configurable: true });
  return to;
}

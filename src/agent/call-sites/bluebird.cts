/** Call sites of bluebird, whose queue runs handlers in the async context of its first entry. */

import { type ContextRunner, currentCallSite, runInContext } from '../call/call-site.cjs';
import { bindDeferred } from '../call/deferred.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import { attempt } from '../guard.cjs';
import { currentRequest, isRecording } from '../request/context.cjs';
import { state } from '../run-config.cjs';
import type { CallSiteLibrary } from './library.cjs';
import { type Class, wrapOwnMethods } from './own-methods.cjs';

export const bluebird: CallSiteLibrary = {
  library: 'bluebird',
  versions: '>=3 <4',
  role: 'promises',
  files: {
    'bluebird/js/release/bluebird.js': patchPromise,
  },
};

// They call their function from bluebird's queue, without `_then`.
const ITERATIONS = 'map filter reduce each mapSeries';

type PromiseClass = Class & { getNewLibraryCopy?(): unknown };

/** Patches a promise class and those that it makes: Sequelize 4 and 5 have one of their own. */
function patchPromise(Class: PromiseClass): void {
  replaceMethod(Class.prototype, '_then', wrapThen);
  wrapOwnMethods(Class.prototype, '_settlePromiseFromHandler', wrapSettle);
  wrapOwnMethods(Class.prototype, ITERATIONS, wrapIteration);
  wrapOwnMethods(Class, `${ITERATIONS} using join`, wrapIteration);
  if (typeof Class.getNewLibraryCopy === 'function') replaceMethod(Class, 'getNewLibraryCopy', wrapCopy);
}

function wrapCopy(original: Function): Function {
  return function getNewLibraryCopy(this: unknown) {
    const copy: unknown = Reflect.apply(original, this, arguments);
    attempt(patchPromise, copy as PromiseClass);
    return copy;
  };
}

/** All methods that add handlers to a promise call it. */
function wrapThen(original: Function): Function {
  return function _then(this: unknown, fulfilled: unknown, rejected: unknown, ...rest: unknown[]) {
    if (state.recording === 'off' || !isRecording()) return Reflect.apply(original, this, arguments);
    return original.call(this, boundHandler(fulfilled), boundHandler(rejected), ...rest);
  };
}

function wrapIteration(original: Function): Function {
  return function iterate(this: unknown) {
    if (state.recording === 'off' || !isRecording()) return Reflect.apply(original, this, arguments);
    return Reflect.apply(original, this, Array.from(arguments, boundHandler));
  };
}

const runners = new WeakMap<Function, ContextRunner>();

/** A query builder that a handler returns is run behind the handler. */
function wrapSettle(original: Function): Function {
  return function _settlePromiseFromHandler(this: unknown, handler: unknown) {
    const run = typeof handler === 'function' ? runners.get(handler) : undefined;
    return run === undefined ? Reflect.apply(original, this, arguments) : run(original, this, arguments);
  };
}

function boundHandler(handler: unknown): unknown {
  if (typeof handler !== 'function') return handler;
  const request = currentRequest();
  const site = currentCallSite(request);
  const bound = bindDeferred(handler);
  runners.set(bound, (fn, self, args) => runInContext(request, site, fn, self, args));
  return bound;
}

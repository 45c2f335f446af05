/** Ends calls of functions that may return a promise, or a thenable of its own making. */

import { types } from 'node:util';
import { attempt } from '../guard.cjs';
import { methodOf } from '../record/app-values.cjs';
import { endCall, runCall, type TracedCall } from './call.cjs';
import { observePromise } from './observe-promise.cjs';
import { methodOwner } from './wrap.cjs';

/** Ends a call with what its function returned, or failed with. */
export type EndOfCall = (call: TracedCall, error: unknown, value: unknown) => void;

/** A promise that a function has returned, what the app got in its place, and the calls that it ends. */
interface Passed {
  promise: Promise<unknown>;
  /** Calls that have returned it, until it settles. */
  ends: ((outcome: Outcome) => void)[];
  outcome: Outcome | undefined;
}

interface Outcome {
  error: unknown;
  value: unknown;
}

const originalThen = Promise.prototype.then;
/** By the function's promise: what is returned again stays one and the same for the app. */
const passedPromises = new WeakMap<object, Passed>();

/**
 * What the app is to get in place of `result`: itself, or of a promise one that settles as it does. The
 * call ends now, or when that settles.
 */
export function endWhenSettled(call: TracedCall, result: unknown, end: EndOfCall): unknown {
  const passed = types.isPromise(result) ? attempt(passPromise, call, result, end) : undefined;
  if (passed !== undefined) return passed;
  if (attempt(watchThenable, call, result, end) !== true) attempt(endSafely, call, undefined, result, end);
  return result;
}

/**
 * Runs a call of a function that constructs a promise, before any other, for its outcome, and returns its
 * result: that stays the library's own promise, and settles when it did. It is the one that is returned,
 * unless `isOwn` says so of another; without it the call ends as by `endWhenSettled`.
 */
export function endWithOwnPromise(
  call: TracedCall,
  original: Function,
  self: unknown,
  args: ArrayLike<unknown>,
  end: EndOfCall,
  isOwn: (result: unknown, constructed: unknown) => boolean = Object.is,
): unknown {
  let isKnown = false;
  let outcome: Outcome | undefined;
  const onSettled = (error: unknown, value: unknown) => {
    if (isKnown) endSafely(call, error, value, end);
    // It may settle before it is returned.
    else outcome ??= { error, value };
  };
  const run = () => runCall(call, original, self, args);
  return observePromise(globalThis, 'Promise', onSettled, run, (result, constructed) => {
    if (constructed === undefined || !isOwn(result, constructed)) return endWhenSettled(call, result, end);
    isKnown = true;
    if (outcome !== undefined) endSafely(call, outcome.error, outcome.value, end);
    return result;
  });
}

/** A call whose facts cannot be read ends without them. */
function endSafely(call: TracedCall, error: unknown, value: unknown, end: EndOfCall): void {
  try {
    end(call, error, value);
  } catch {
    endCall(call, error);
  }
}

/**
 * Promise that settles as the app's does: a handler on that one alone would hide a rejection that
 * the app does not handle. What a library has added to its promise (`pid`, `cancel`) is there, too.
 * Undefined for one with a `then` of its own: a query of postgres and a lazy promise begin with it.
 */
function passPromise(call: TracedCall, promise: Promise<unknown>, end: EndOfCall): unknown {
  let passed = passedPromises.get(promise);
  if (passed === undefined) {
    if (hasOwnThen(promise)) return undefined;
    passed = derive(promise);
    passedPromises.set(promise, passed);
    passedPromises.set(passed.promise, passed);
    attempt(copyAdded, promise, passed.promise);
  }
  const { outcome } = passed;
  const endOwn = ({ error, value }: Outcome) => endSafely(call, error, value, end);
  if (outcome !== undefined) endOwn(outcome);
  else passed.ends.push(endOwn);
  return passed.promise;
}

/** Whether its `then` is none of a realm's promises; that of a VM's has its own. */
function hasOwnThen(promise: object): boolean {
  const parent = Object.getPrototypeOf(methodOwner(promise, 'then')) as object;
  return Object.getPrototypeOf(parent) !== null;
}

function derive(promise: Promise<unknown>): Passed {
  const settle = (error: unknown, value: unknown) => {
    passed.outcome = { error, value };
    for (const end of passed.ends.splice(0)) attempt(end, passed.outcome);
  };
  const passed: Passed = { promise, ends: [], outcome: undefined };
  passed.promise = originalThen.call(
    promise,
    (value: unknown) => {
      settle(undefined, value);
      return value;
    },
    (error: unknown) => {
      settle(error ?? 'rejected', undefined);
      throw error;
    },
  );
  return passed;
}

function copyAdded(from: object, to: object): void {
  // Both have those of Node: a promise's own number, while there are async hooks.
  for (const key of Reflect.ownKeys(from))
    if (!Object.hasOwn(to, key)) Object.defineProperty(to, key, Object.getOwnPropertyDescriptor(from, key)!);
}

/**
 * Watches the handlers that the app adds to a thenable with a `then` of its own. Query builders and
 * Prisma's promises begin their work with the first of them: one of ours would run it once more.
 */
function watchThenable(call: TracedCall, result: unknown, end: EndOfCall): boolean {
  const then = typeof result === 'object' && result !== null ? methodOf(result, 'then') : undefined;
  if (then === undefined) return false;
  const watched = function (this: unknown, onValue: unknown, onError: unknown) {
    return Reflect.apply(then, this, [
      notifying(
        onValue,
        (value) => endSafely(call, undefined, value, end),
        (value: unknown) => value,
      ),
      notifying(onError, (error) => endSafely(call, error ?? 'rejected', undefined, end), rethrow),
    ]);
  };
  Object.defineProperty(result, 'then', { value: watched, writable: true, configurable: true });
  return true;
}

function notifying(handler: unknown, notify: (value: unknown) => void, otherwise: Function): Function {
  return function (this: unknown, value: unknown) {
    attempt(notify, value);
    return Reflect.apply(typeof handler === 'function' ? handler : otherwise, this, arguments);
  };
}

function rethrow(error: unknown): never {
  throw error;
}

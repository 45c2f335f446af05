/** Ends calls of functions that may return a promise, or a thenable that is none. */

import { types } from 'node:util';
import { attempt } from '../guard.cjs';
import { methodOf } from '../record/app-values.cjs';
import { endCall, type TracedCall } from './call.cjs';

/** Ends a call with what its function returned, or failed with. */
export type EndOfCall = (call: TracedCall, error: unknown, value: unknown) => void;

const originalThen = Promise.prototype.then;

/**
 * What the app is to get in place of `result`: itself, or of a promise one that settles as it does. The
 * call ends now, or when that settles.
 */
export function endWhenSettled(call: TracedCall, result: unknown, end: EndOfCall): unknown {
  if (types.isPromise(result)) return settled(call, result, end);
  if (attempt(watchThenable, call, result, end) !== true) attempt(endSafely, call, undefined, result, end);
  return result;
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
 */
function settled(call: TracedCall, promise: Promise<unknown>, end: EndOfCall): unknown {
  const passed = originalThen.call(
    promise,
    (value: unknown) => {
      attempt(endSafely, call, undefined, value, end);
      return value;
    },
    (error: unknown) => {
      attempt(endSafely, call, error ?? 'rejected', undefined, end);
      throw error;
    },
  );
  attempt(copyAdded, promise, passed);
  return passed;
}

function copyAdded(from: object, to: object): void {
  for (const key of Reflect.ownKeys(from))
    Object.defineProperty(to, key, Object.getOwnPropertyDescriptor(from, key)!);
}

/**
 * Watches the handlers that the app adds to a thenable that is no promise. Query builders and
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

/** Observes how a driver's promise settles, without a handler on the promise that the app gets. */

import { attempt } from '../guard.cjs';

type SettleCallback = (error: unknown, value: never) => void;
type Constructor = new (executor: (resolve: Function, reject: Function) => void) => unknown;

/** Observing subclass per promise class. */
const observingClasses = new WeakMap<Function, Function>();
/** Callback for the next promise that an observing class constructs. */
let pendingCallback: SettleCallback | undefined;
/** The promise that an observing class has constructed for it. */
let constructed: unknown;

/**
 * Runs `run` and returns its result. The promise that the driver constructs meanwhile, with the
 * class in `owner[key]`, calls `onSettled` just before it settles. A handler on that promise would
 * hide the app's unhandled rejections, and a derived promise would settle a tick later. It returns
 * what `finish` makes of the result and of the promise that was constructed, if one was.
 */
export function observePromise(
  owner: object,
  key: string,
  onSettled: SettleCallback,
  run: () => unknown,
  finish: (result: unknown, constructed: unknown) => unknown = (result) => result,
): unknown {
  const original = attempt(replaceClass, owner as Record<string, Function>, key);
  if (original === undefined) return finish(run(), undefined);
  // Of a call around this one, which may construct its own later.
  const outer = { pendingCallback, constructed };
  pendingCallback = onSettled;
  constructed = undefined;
  let result: unknown;
  let own: unknown;
  try {
    result = run();
    own = constructed;
  } finally {
    attempt(Reflect.set, owner, key, original);
    ({ pendingCallback, constructed } = outer);
  }
  return finish(result, own);
}

/** Replaces the promise class and returns the original; undefined if it cannot be replaced. */
function replaceClass(owner: Record<string, Function>, key: string): Function | undefined {
  const original = owner[key];
  if (typeof original !== 'function') return undefined;
  return Reflect.set(owner, key, observingClassOf(original)) ? original : undefined;
}

function observingClassOf(original: Function): Function {
  const known = observingClasses.get(original);
  if (known !== undefined) return known;
  const observingClass = function (executor: (resolve: Function, reject: Function) => void): unknown {
    const onSettled = pendingCallback as ((error: unknown, value?: unknown) => void) | undefined;
    pendingCallback = undefined;
    if (onSettled === undefined) return new (original as Constructor)(executor);
    constructed = new (original as Constructor)((resolve, reject) => {
      try {
        executor(
          (value: unknown) => {
            attempt(onSettled, undefined, value);
            resolve(value);
          },
          (error: unknown) => {
            attempt(onSettled, error ?? 'rejected');
            reject(error);
          },
        );
      } catch (error) {
        // It rejects the promise, unless that has settled.
        attempt(onSettled, error ?? 'rejected');
        throw error;
      }
    });
    return constructed;
  };
  Object.setPrototypeOf(observingClass, original);
  observingClass.prototype = original.prototype;
  observingClasses.set(original, observingClass);
  return observingClass;
}

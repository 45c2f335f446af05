/** How the promises of a driver settle, told without a handler on what the app gets. */

type Settled = (error: unknown, value: never) => void;
type Constructor = new (executor: (resolve: Function, reject: Function) => void) => unknown;

/** Per promise class of an app: one that tells how its promises settle. */
const observers = new WeakMap<Function, Function>();
let settling: Settled | undefined;

/**
 * Answers what `run` answers. The promise that the driver makes meanwhile, with the class it keeps under `key`, tells
 * `settled` how it ends just before it does. A handler put on that promise instead would silence the app's own
 * unhandled rejections, and another promise in its place would settle a tick later.
 */
export function observePromise(owner: object, key: string, settled: Settled, run: () => unknown): unknown {
  const holder = owner as Record<string, Function>;
  const own = holder[key];
  if (typeof own !== 'function' || !Reflect.set(holder, key, observerOf(own))) return run();
  settling = settled;
  try {
    return run();
  } finally {
    holder[key] = own;
    settling = undefined;
  }
}

function observerOf(own: Function): Function {
  const known = observers.get(own);
  if (known !== undefined) return known;
  const observer = function (executor: (resolve: Function, reject: Function) => void): unknown {
    const settled = settling as ((error: unknown, value?: unknown) => void) | undefined;
    settling = undefined;
    if (settled === undefined) return new (own as Constructor)(executor);
    return new (own as Constructor)((resolve, reject) =>
      executor(
        (value: unknown) => {
          settled(undefined, value);
          resolve(value);
        },
        (error: unknown) => {
          settled(error ?? 'rejected');
          reject(error);
        },
      ),
    );
  };
  Object.setPrototypeOf(observer, own);
  observer.prototype = own.prototype;
  observers.set(own, observer);
  return observer;
}

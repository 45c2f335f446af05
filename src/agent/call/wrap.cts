/** Puts another function in a method's place, so that nobody can tell but by calling it. */

/** Answers the object of the prototype chain that has the method itself. */
export function methodOwner(object: object, method: string): object | undefined {
  let owner: object | null = object;
  while (owner !== null && !Object.hasOwn(owner, method)) owner = Object.getPrototypeOf(owner);
  return owner ?? undefined;
}

const wrapped = new WeakSet<Function>();

/** Replaces a method by what `wrap` makes of it, once; throws, naming it, where there is no such method. */
export function replaceMethod<T extends object>(
  owner: T,
  method: string,
  wrap: (original: Function) => Function,
): void {
  const original = (owner as Record<string, unknown>)[method];
  if (typeof original !== 'function') throw new Error(`${method} not found`);
  if (wrapped.has(original)) return;
  const replacement = wrap(original);
  dress(replacement, original);
  wrapped.add(replacement);
  const own = Object.getOwnPropertyDescriptor(owner, method);
  Object.defineProperty(owner, method, {
    value: replacement,
    writable: true,
    configurable: true,
    enumerable: own?.enumerable ?? false,
  });
}

/** Gives it all that the original carries: name, length, and what else has been put on it (`realpathSync.native`). */
function dress(replacement: Function, original: Function): void {
  for (const key of Reflect.ownKeys(original)) {
    if (key === 'prototype' || key === 'arguments' || key === 'caller') continue;
    Object.defineProperty(replacement, key, Object.getOwnPropertyDescriptor(original, key)!);
  }
}

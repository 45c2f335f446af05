/** Replaces methods by wrappers with the same name, length, properties and descriptor. */

/** Object of the prototype chain that has the method as an own property. */
export function methodOwner(object: object, method: string): object | undefined {
  let owner: object | null = object;
  while (owner !== null && !Object.hasOwn(owner, method)) owner = Object.getPrototypeOf(owner);
  return owner ?? undefined;
}

const wrapped = new WeakSet<Function>();

/**
 * Replaces a method by `wrap(original)`, unless it is wrapped already. Throws an Error that names
 * the method if it does not exist.
 */
export function replaceMethod<T extends object>(
  owner: T,
  method: string,
  wrap: (original: Function) => Function,
): void {
  const original = (owner as Record<string, unknown>)[method];
  if (typeof original !== 'function') throw new Error(`${method} not found`);
  if (wrapped.has(original)) return;
  const replacement = wrap(original);
  copyProperties(original, replacement);
  wrapped.add(replacement);
  const own = Object.getOwnPropertyDescriptor(owner, method);
  Object.defineProperty(owner, method, {
    value: replacement,
    writable: true,
    configurable: true,
    enumerable: own?.enumerable ?? false,
  });
}

/** Copies name, length and all other own properties (`realpathSync.native`). */
function copyProperties(from: Function, to: Function): void {
  for (const key of Reflect.ownKeys(from)) {
    if (key === 'prototype' || key === 'arguments' || key === 'caller') continue;
    Object.defineProperty(to, key, Object.getOwnPropertyDescriptor(from, key)!);
  }
}

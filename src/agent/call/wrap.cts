/** Replaces methods by wrappers with the same name, length, properties and descriptor. */

/** Object of the prototype chain that has the method as an own property. */
export function methodOwner(object: object, method: string): object | undefined {
  let owner: object | null = object;
  while (owner !== null && !Object.hasOwn(owner, method)) owner = Object.getPrototypeOf(owner);
  return owner ?? undefined;
}

const wrapped = new WeakSet<Function>();
/** Of functions that instruments by others have wrapped: which. */
const marks = new WeakMap<Function, Set<object>>();

/**
 * Replaces a method by `wrap(original)`, unless it is wrapped already; with a `mark`, unless it is
 * wrapped with that. Throws an Error that names the method if it does not exist.
 */
export function replaceMethod<T extends object>(
  owner: T,
  method: string,
  wrap: (original: Function) => Function,
  mark?: object,
): void {
  const original = (owner as Record<string, unknown>)[method];
  if (typeof original !== 'function') throw new Error(`${method} not found`);
  const known = marks.get(original);
  if (mark === undefined ? wrapped.has(original) : known?.has(mark)) return;
  const replacement = wrap(original);
  copyProperties(original, replacement);
  wrapped.add(replacement);
  if (mark !== undefined) marks.set(replacement, new Set([...(known ?? []), mark]));
  const own = Object.getOwnPropertyDescriptor(owner, method);
  Object.defineProperty(owner, method, {
    value: replacement,
    writable: true,
    configurable: true,
    enumerable: own?.enumerable ?? false,
  });
}

/** Puts a method back that `replaceMethod` has replaced, unless another has replaced it since. */
export function restoreMethod(owner: object, method: string, original: Function): void {
  const property = Object.getOwnPropertyDescriptor(owner, method);
  if (property !== undefined && wrapped.has(property.value))
    Object.defineProperty(owner, method, { ...property, value: original });
}

/** Copies name, length and all other own properties (`realpathSync.native`). */
function copyProperties(from: Function, to: Function): void {
  for (const key of Reflect.ownKeys(from)) {
    if (key === 'prototype' || key === 'arguments' || key === 'caller') continue;
    Object.defineProperty(to, key, Object.getOwnPropertyDescriptor(from, key)!);
  }
}

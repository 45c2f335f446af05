/** Helper to wrap methods of a class by name. */

import { replaceMethod } from '../call/wrap.cjs';

export type Class = { prototype: object };
export type Classes = Record<string, Class>;

/**
 * Wraps methods that are own properties of `owner`; `methods` are names separated by spaces. Others
 * are skipped: versions differ, and inherited methods are wrapped in their own class.
 */
export function wrapOwnMethods(owner: object, methods: string, wrap: (original: Function) => Function): void {
  for (const method of methods.split(/\s+/))
    if (Object.hasOwn(owner, method)) replaceMethod(owner, method, wrap);
}

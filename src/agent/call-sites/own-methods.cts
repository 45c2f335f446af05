/** Wraps the methods of a library's classes by name. */

import { replaceMethod } from '../call/wrap.cjs';

export type Class = { prototype: object };
export type Classes = Record<string, Class>;

/** Wraps those of the methods that the object has itself: versions differ, and a class overrides what another one has. */
export function wrapOwnMethods(owner: object, methods: string, wrap: (original: Function) => Function): void {
  for (const method of methods.split(/\s+/))
    if (Object.hasOwn(owner, method)) replaceMethod(owner, method, wrap);
}

/** Remembers which request a message belongs to, where nobody can see it. */

import type { Request } from './context.cjs';

class Bearer {
  constructor(object: object) {
    // biome-ignore lint/correctness/noConstructorReturn: what a constructor returns is what its subclass adds its field to.
    return object;
  }
}

/**
 * A private field added to somebody else's object: no listing, inspection, copy or proxy shows it. A WeakMap would hide
 * it as well, but every minor collection walks its table, and messages come by the thousand.
 */
class Stamp extends Bearer {
  #request: Request | undefined;

  constructor(object: object, request: Request) {
    super(object);
    this.#request = request;
  }

  static read(object: object): Request | undefined {
    return #request in object ? object.#request : undefined;
  }
}

/** From now on the object belongs to the request. */
export function stamp(object: object, request: Request): void {
  new Stamp(object, request);
}

/** Answers the request that the object belongs to. */
export function stampOf(object: object): Request | undefined {
  return Stamp.read(object);
}

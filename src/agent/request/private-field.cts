/** Remembers what a message belongs to, where nobody can see it. */

import type { Request, Watched } from './traced-request.cjs';

/** What a message can belong to: the request that it is part of, or a call that the app makes. */
export type Owner = Request | Watched;

/**
 * Base of a class that adds a private field to somebody else's object: no listing, inspection, copy or proxy shows it. A
 * WeakMap would hide it as well, but every minor collection walks its table, and messages come by the thousand.
 */
export class Bearer {
  constructor(object: object) {
    // biome-ignore lint/correctness/noConstructorReturn: what a constructor returns is what its subclass adds its field to.
    return object;
  }
}

class Stamp extends Bearer {
  #owner: Owner;

  constructor(object: object, owner: Owner) {
    super(object);
    this.#owner = owner;
  }

  static write(object: object, owner: Owner): void {
    if (#owner in object) object.#owner = owner;
    else new Stamp(object, owner);
  }

  static read(object: object): Owner | undefined {
    return #owner in object ? object.#owner : undefined;
  }
}

/** From now on the object belongs to that. */
export function stamp(object: object, owner: Owner): void {
  Stamp.write(object, owner);
}

/** Answers what the object belongs to. */
export function stampOf(object: object): Owner | undefined {
  return Stamp.read(object);
}

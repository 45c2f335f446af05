/** Remembers what a message belongs to, where nobody can see it. */

import type { TracedRequest, WatchedStream } from './traced-request.cjs';

/** What a message can belong to: the request that it is part of, or a call that the app makes. */
export type MessageOwner = TracedRequest | WatchedStream;

/**
 * Base of a class that adds a private field to somebody else's object: no listing, inspection, copy or proxy shows it. A
 * WeakMap would hide it as well, but every minor collection walks its table, and messages come by the thousand.
 */
export class PrivateField {
  constructor(object: object) {
    // biome-ignore lint/correctness/noConstructorReturn: what a constructor returns is what its subclass adds its field to.
    return object;
  }
}

class Stamp extends PrivateField {
  #owner: MessageOwner;

  constructor(object: object, owner: MessageOwner) {
    super(object);
    this.#owner = owner;
  }

  static write(object: object, owner: MessageOwner): void {
    if (#owner in object) object.#owner = owner;
    else new Stamp(object, owner);
  }

  static read(object: object): MessageOwner | undefined {
    return #owner in object ? object.#owner : undefined;
  }
}

/** From now on the object belongs to that. */
export function tagMessage(object: object, owner: MessageOwner): void {
  Stamp.write(object, owner);
}

/** Answers what the object belongs to. */
export function tagOfMessage(object: object): MessageOwner | undefined {
  return Stamp.read(object);
}

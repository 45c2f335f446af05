/** Private fields on objects of the app and its libraries: tags that the app cannot see. */

import type { TracedRequest, WatchedStream } from './traced-request.cjs';

/** Owner of a message: the request that it is part of, or the watched stream of a call. */
export type MessageOwner = TracedRequest | WatchedStream;

/**
 * Base of a class that adds a private field to an existing object: no enumeration, inspection, copy
 * or proxy shows it. A WeakMap would hide it too, but every minor garbage collection walks its
 * table, and there are thousands of messages.
 */
export class PrivateField {
  constructor(object: object) {
    // biome-ignore lint/correctness/noConstructorReturn: a subclass adds its field to the object that the base constructor returns.
    return object;
  }
}

class MessageTag extends PrivateField {
  #owner: MessageOwner;

  constructor(object: object, owner: MessageOwner) {
    super(object);
    this.#owner = owner;
  }

  static write(object: object, owner: MessageOwner): void {
    if (#owner in object) object.#owner = owner;
    else new MessageTag(object, owner);
  }

  static read(object: object): MessageOwner | undefined {
    return #owner in object ? object.#owner : undefined;
  }
}

/** Sets the owner of a message. */
export function tagMessage(object: object, owner: MessageOwner): void {
  MessageTag.write(object, owner);
}

/** Owner of a message; undefined for an untagged object. */
export function tagOfMessage(object: object): MessageOwner | undefined {
  return MessageTag.read(object);
}

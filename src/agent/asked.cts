/** Where the user asked for what a library does in a later turn: kept across turns, beside the request. */

import { AsyncLocalStorage } from 'node:async_hooks';
import type { Request } from './context.cjs';
import type { Origin } from './traced.cjs';

const storage = new AsyncLocalStorage<Origin>();
/** Asking the storage costs, and most apps have no such library. */
let used = false;

/** Answers where what runs now was asked for, if it was for this request. */
export function asked(request: Request | undefined): Origin | undefined {
  const from = used ? storage.getStore() : undefined;
  return from?.request === request ? from : undefined;
}

/** Answers what `fn` answers; whatever it does, in this turn and in later ones, was asked for at the origin. */
export function onceAsked(from: Origin, fn: Function, self: unknown, args: ArrayLike<unknown>): unknown {
  used = true;
  return storage.run(from, Reflect.apply, fn, self, args);
}

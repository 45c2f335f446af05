/** Wrappers for libraries that do what the user asks of them in a later turn, where none of the user's code is on the stack. */

import { onceAsked } from './asked.cjs';
import { hasLine } from './stack.cjs';
import { type Origin, originOf } from './traced.cjs';

// As many as the libraries have between the user's call and what is wrapped.
const LIBRARY_FRAMES = 20;

const origins = new WeakMap<object, Origin>();

/** Answers the function as one whose calls, made in this turn or a later one, are shown where the user called it. */
export function asking(original: Function): Function {
  return function ask(this: unknown) {
    const from = originOf(ask, LIBRARY_FRAMES);
    return askedFrom(from, original, this, arguments);
  };
}

/** Answers the class as one whose objects do so from when they are made. */
export function askingObjects<T extends Function>(Class: T): T {
  const construct = (...given: [Function, unknown[], Function]) =>
    askedFrom(originOf(construct, LIBRARY_FRAMES), Reflect.construct, Reflect, given) as object;
  return new Proxy(Class, { construct }) as T;
}

/** Answers the function as one that makes what is awaited later: where the user called it is remembered; `then` is told of it. */
export function making(original: Function, then?: (made: never) => void): Function {
  return function make(this: unknown) {
    const made = Reflect.apply(original, this, arguments);
    remember(made, make);
    then?.(made as never);
    return made;
  };
}

/** Answers the class as one whose objects are awaited later: where the user made each is remembered. */
export function makingObjects<T extends Function>(Class: T): T {
  const construct = (original: Function, args: unknown[], target: Function) => {
    const made = Reflect.construct(original, args, target);
    remember(made, construct);
    return made;
  };
  return new Proxy(Class, { construct }) as T;
}

/** Answers the function as one that does what an object was made for; `made` answers which object that is. */
export function doing(made: (self: never) => unknown = (self) => self): (original: Function) => Function {
  return (original) =>
    function act(this: unknown) {
      const from = origins.get(made(this as never) as object) ?? originOf(act, LIBRARY_FRAMES);
      return askedFrom(from, original, this, arguments);
    };
}

function remember(made: unknown, cut: (...args: never[]) => unknown): void {
  const from = typeof made === 'object' && made !== null ? originOf(cut, LIBRARY_FRAMES) : undefined;
  if (from !== undefined && !from.silent) origins.set(made as object, from);
}

function askedFrom(from: Origin | undefined, fn: Function, self: unknown, args: ArrayLike<unknown>): unknown {
  return from !== undefined && hasLine(from.stack)
    ? onceAsked(from, fn, self, args)
    : Reflect.apply(fn, self, args);
}

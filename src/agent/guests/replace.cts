/** Replaces functions by what instruments by others make of them: their errors never reach the app. */

import { replaceMethod } from '../call/wrap.cjs';
import { attempt, Hook } from '../guard.cjs';
import { state } from '../run-config.cjs';

/** Makes a function that stands for `original`. */
export type GuestWrap = (original: Function) => Function;

/** Names the instrument that replaces; a function is wrapped once for each such object. */
export interface Guest {
  library: string;
}

/** What has become of the original in the running call of a replacement. */
interface Passage {
  isCalled: boolean;
  hasThrown: boolean;
  /** What it returned, or threw. */
  outcome: unknown;
}

type Cut = (...args: never[]) => unknown;

/** Hears of each replacement; set while an instrument is tried. */
export const replacementListener: {
  replaced: ((owner: object, method: string, wrap: GuestWrap) => void) | undefined;
} = { replaced: undefined };

/** The replacement whose guest runs: no frame from it on is the app's. */
let running: Cut | undefined;

/** The function above which the stack of a guest's call begins. */
export function guestCut(): Cut | undefined {
  return running;
}

/**
 * Replaces a method by what `wrap` makes of it. Where that throws, the app gets what the original
 * returns or throws; after twenty times only the original is called.
 */
export function replaceGuarded(guest: Guest, owner: object, method: string, wrap: GuestWrap): void {
  const hook = new Hook(guest.library, `its wrapper of ${method}`);
  replacementListener.replaced?.(owner, method, wrap);
  const guard = (original: Function) => {
    if (isClass(original)) throw new Error(`${method} is a class: name one of its methods`);
    return guarded(hook, method, original, wrap);
  };
  // What scooby or another instrument has wrapped may be wrapped once more.
  replaceMethod(owner, method, guard, guest);
}

function isClass(fn: Function): boolean {
  return /^class\b/.test(Function.prototype.toString.call(fn));
}

function guarded(hook: Hook, method: string, original: Function, wrap: GuestWrap): Function {
  /** Of the running call, until it calls the original. */
  let passage: Passage | undefined;
  const passed = function (this: unknown) {
    const own = passage;
    passage = undefined;
    if (own === undefined) return Reflect.apply(original, this, arguments);
    own.isCalled = true;
    try {
      own.outcome = Reflect.apply(original, this, arguments);
    } catch (error) {
      own.hasThrown = true;
      own.outcome = error;
      throw error;
    }
    return own.outcome;
  };
  for (const key of ['name', 'length'])
    Object.defineProperty(passed, key, Object.getOwnPropertyDescriptor(original, key)!);
  const guest: unknown = wrap(passed);
  if (typeof guest !== 'function') throw new Error(`${method} is replaced by what is no function`);
  const replacement = function (this: unknown) {
    if (new.target !== undefined)
      return Reflect.construct(original, arguments, new.target === replacement ? original : new.target);
    if (hook.isOff || state.recording === 'off') return Reflect.apply(original, this, arguments);
    const own: Passage = { isCalled: false, hasThrown: false, outcome: undefined };
    const before = [passage, running] as const;
    passage = own;
    running = replacement;
    try {
      return Reflect.apply(guest, this, arguments);
    } catch (error) {
      if (own.hasThrown && own.outcome === error) throw error;
      attempt(noteFailure, hook, error);
      if (!own.isCalled) return Reflect.apply(original, this, arguments);
      if (own.hasThrown) throw own.outcome;
      return own.outcome;
    } finally {
      [passage, running] = before;
    }
  };
  // A constructor from before classes: what it makes has its methods, and `instanceof` knows it.
  const { prototype } = original;
  if (typeof prototype === 'object') replacement.prototype = prototype;
  return replacement;
}

function noteFailure(hook: Hook, error: unknown): void {
  hook.failed(error);
}

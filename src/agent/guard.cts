/**
 * Runs code of the agent inside a call of the app: its errors never reach the app, and what fails
 * again and again is switched off, and said.
 */

/** Hears once of each hook that was switched off. */
export type HookListener = (library: string, trouble: string) => void;

/** Failures after which a hook is off. */
export const MAX_FAILURES = 20;

const counts = new WeakMap<Function, number>();
const switchedOff = new WeakSet<Function>();
let isAnyOff = false;
let listener: HookListener = () => {};

/** Sets the listener of hooks that are switched off. */
export function onHookOff(hookListener: HookListener): void {
  listener = hookListener;
}

/** Result of `fn(...args)`; undefined if it throws, and once it has thrown twenty times. */
export function attempt<A extends unknown[], R>(fn: (...args: A) => R, ...args: A): R | undefined {
  if (isAnyOff && switchedOff.has(fn)) return undefined;
  try {
    return fn(...args);
  } catch (error) {
    // What failed is not recorded; the app's call goes on as without the agent.
    noteFailure(fn, error);
    return undefined;
  }
}

function noteFailure(fn: Function, error: unknown): void {
  try {
    countFailure(fn, error);
  } catch {
    // It is called again.
  }
}

function countFailure(fn: Function, error: unknown): void {
  // Arrow functions are made anew for each call; Node's own functions fail for reasons of their own.
  if (fn.name === '' || !Object.hasOwn(fn, 'prototype')) return;
  const count = (counts.get(fn) ?? 0) + 1;
  counts.set(fn, count);
  if (count !== MAX_FAILURES) return;
  switchedOff.add(fn);
  isAnyOff = true;
  reportHook(`scooby’s ${fn.name}`, 'it', error);
}

/** A part of the agent that is switched off when it has failed twenty times. */
export class Hook {
  readonly #library: string;
  readonly #what: string;
  #failures = 0;
  isOff = false;

  /** `what` it does, of which library, in words: `its routes`. */
  constructor(library: string, what: string) {
    this.#library = library;
    this.#what = what;
  }

  /** Counts a failure; the last one is told. */
  failed(error: unknown): void {
    if (this.isOff || ++this.#failures < MAX_FAILURES) return;
    this.isOff = true;
    reportHook(this.#library, this.#what, error);
  }
}

/** Function that calls `fn`, and returns undefined where that throws, or is switched off. */
export function guardHook<A extends unknown[], R>(
  library: string,
  what: string,
  fn: (...args: A) => R,
): (...args: A) => R | undefined {
  const hook = new Hook(library, what);
  return (...args) => {
    if (hook.isOff) return undefined;
    try {
      return fn(...args);
    } catch (error) {
      attempt(noteHook, hook, error);
      return undefined;
    }
  };
}

function noteHook(hook: Hook, error: unknown): void {
  hook.failed(error);
}

function reportHook(library: string, what: string, error: unknown): void {
  try {
    listener(library, `is off: ${what} failed ${MAX_FAILURES} times (${messageOf(error)})`);
  } catch {
    // Nothing can be said.
  }
}

function messageOf(error: unknown): string {
  const message = Object.getOwnPropertyDescriptor(Object(error), 'message')?.value;
  return typeof message === 'string' ? message.slice(0, 200) : 'an error';
}

/** Functions that work for long, in threads of a native module or on the event loop: a call until that is done. */

import { beginCall, endCall, runCall, type TracedCall, wrapCallback } from '../../call/call.cjs';
import { endWithOwnPromise } from '../../call/settle.cjs';
import type { Instrument } from '../instrument.cjs';

interface WorkOptions {
  /** Ends the call; default: without anything of its result. */
  end?(call: TracedCall, error: unknown, value: unknown): void;
  /** Name of the function, where it has none itself. */
  name?: string;
  /** Index of the callback; default: the last argument is one. */
  callbackAt?: number;
}

/** Functions of the same module that call one another make one call. */
let isInside = false;

/**
 * Wraps a function that returns a promise, or calls its last argument. Its arguments may be passwords,
 * keys or pictures: `describe` gets them behind the function's name, for what may be told of them.
 */
export function wrapNativeWork(
  instrument: Instrument,
  original: Function,
  { end = (call, error) => endCall(call, error), name = original.name, callbackAt }: WorkOptions = {},
): Function {
  return function work(this: unknown, ...args: unknown[]) {
    const call = isInside ? undefined : beginCall(instrument, work, this, [name, ...args]);
    if (call === undefined) return Reflect.apply(original, this, args);
    isInside = true;
    try {
      const at = callbackAt ?? args.length - 1;
      if (typeof args[at] !== 'function') return endWithOwnPromise(call, original, this, args, end);
      args[at] = wrapCallback(call, args[at] as Function, (ended, { 0: error, 1: value }) =>
        end(ended, error, value),
      );
      return runCall(call, original, this, args);
    } finally {
      isInside = false;
    }
  };
}

/** Wraps a function that blocks the event loop until its work is done. */
export function wrapNativeSync(
  instrument: Instrument,
  original: Function,
  name: string = original.name,
): Function {
  return function work(this: unknown) {
    const call = isInside ? undefined : beginCall(instrument, work, this, [name, ...arguments]);
    if (call === undefined) return Reflect.apply(original, this, arguments);
    isInside = true;
    try {
      const result: unknown = runCall(call, original, this, arguments);
      endCall(call);
      return result;
    } finally {
      isInside = false;
    }
  };
}

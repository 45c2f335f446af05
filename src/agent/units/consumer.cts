/** Wrappers for consumers: their loops run in no request, the app's functions as units. */

import { copyIdentity } from '../call/queued-work.cjs';
import { captureStack } from '../call/stack.cjs';
import { attempt } from '../guard.cjs';
import { sendCause } from '../record/recorder.cjs';
import { currentRequest } from '../request/context.cjs';
import { beginUnit, endUnit, parentOfUnits, runDetached, runInUnit, runUnit } from '../request/unit.cjs';
import type { UnitInfo } from '../request/unit-info.cjs';
import { state } from '../run-config.cjs';

/** Where and in which request a consumer was registered. */
export type ConsumerRegistration = Pick<UnitInfo, 'parent' | 'stack' | 'handler'>;

/** ConsumerRegistration by the app's call of `wrapper`; of the function that will run, its name. */
export function registrationOf(
  wrapper: (...args: never[]) => unknown,
  handler?: unknown,
): ConsumerRegistration {
  if (state.recording === 'off') return {};
  const name = typeof handler === 'function' ? handler.name.replace(/^bound /, '') : '';
  return {
    parent: parentOfUnits(),
    stack: attempt(captureStack, wrapper, REGISTRATION_FRAMES) ?? 0,
    ...(name !== '' && { handler: name }),
  };
}

const REGISTRATION_FRAMES = 10;

/** How a consumer learns that its function is done. */
export interface HandlerOptions {
  /** The library handles the promise that the function returns. */
  settles?: boolean;
  /** The function may be given a callback, as its last argument, instead of returning a promise. */
  takesCallback?: boolean;
}

/** Function that calls the app's as a unit, with its name and length. */
export function wrapHandler(
  handler: Function,
  infoOf: (args: never, self: never) => UnitInfo,
  { settles = false, takesCallback = false }: HandlerOptions = {},
): Function {
  return copyIdentity(handler, function (this: unknown) {
    if (state.recording === 'off') return Reflect.apply(handler, this, arguments);
    const info = attempt(infoOf, arguments as never, this as never);
    if (info === undefined) return runDetached(handler, this, arguments);
    const done = arguments[arguments.length - 1];
    if (takesCallback && handler.length > 1 && arguments.length > 1 && typeof done === 'function')
      return runWithCallback(info, handler, this, Array.from(arguments), done);
    return runUnit(info, handler, this, arguments, settles);
  });
}

function runWithCallback(info: UnitInfo, handler: Function, self: unknown, args: unknown[], done: Function) {
  const unit = attempt(beginUnit, info, true);
  const callback = copyIdentity(done, function (this: unknown, error: unknown) {
    attempt(endUnit, unit, error);
    return Reflect.apply(done, this, arguments);
  });
  return runInUnit(unit, handler, self, [...args.slice(0, -1), callback]);
}

/** Wraps a method whose call is a unit. */
export function wrapUnitMethod(
  original: Function,
  infoOf: (args: never, self: never) => UnitInfo | undefined,
  { settles = false }: HandlerOptions = {},
): Function {
  return function unit(this: unknown) {
    if (state.recording === 'off') return Reflect.apply(original, this, arguments);
    const info = attempt(infoOf, arguments as never, this as never);
    if (info === undefined) return Reflect.apply(original, this, arguments);
    return runUnit(info, original, this, arguments, settles);
  };
}

/** Wraps a method that starts a consumer's own loop, which is no work of the request that calls it. */
export function wrapLoop(original: Function): Function {
  return function loop(this: unknown) {
    return runDetached(original, this, arguments);
  };
}

/** Class whose constructor starts connections or loops that are no work of a request. */
export function wrapConsumerClass<T extends Function>(Class: T): T {
  return new Proxy(Class, {
    construct: (...args) => runDetached(Reflect.construct, Reflect, args) as object,
  });
}

/**
 * Wraps a method that hands work over: once its promise has settled, `keysOf` returns the keys of
 * the units that will run it. The promise has to be the library's own, which the library handles.
 */
export function wrapHandOver(
  original: Function,
  keysOf: (result: never, args: never, self: never) => (string | undefined)[],
): Function {
  return function handOver(this: unknown) {
    const result = Reflect.apply(original, this, arguments);
    const request = state.recording === 'off' ? undefined : attempt(currentRequest);
    if (request !== undefined && result instanceof Promise) {
      const args = arguments;
      Reflect.apply(then, result, [
        (value: unknown) =>
          attempt(() => {
            for (const key of keysOf(value as never, args as never, this as never))
              if (key !== undefined) sendCause(key, request);
          }),
        () => {},
      ]);
    }
    return result;
  };
}

const { then } = Promise.prototype;

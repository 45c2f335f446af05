/** Units of `setInterval`: each call of its function, wherever it was begun. */

import * as timers from 'node:timers';
import { isCalledByApp } from '../call/stack.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import { attempt } from '../guard.cjs';
import { state } from '../run-config.cjs';
import { registrationOf, wrapHandler } from './consumer.cjs';
import type { UnitLibrary } from './library.cjs';

export const intervals: UnitLibrary = {
  library: 'setInterval',
  versions: '*',
  runs: 'tick',
  name: 'its function, or its line',
  files: {},
  install: () => {
    replaceMethod(globalThis, 'setInterval', wrapSetInterval);
    const builtin = timers as { setInterval: unknown } & { default?: { setInterval: unknown } };
    (builtin.default ?? builtin).setInterval = globalThis.setInterval;
  },
};

function wrapSetInterval(original: Function): Function {
  return function setInterval(this: unknown, callback: unknown, every: unknown) {
    if (state.recording === 'off' || typeof callback !== 'function')
      return Reflect.apply(original, this, arguments);
    const tick = attempt(tickOf, callback, every, setInterval);
    if (tick === undefined) return Reflect.apply(original, this, arguments);
    const args = Array.from(arguments);
    args[0] = tick;
    return Reflect.apply(original, this, args);
  };
}

function tickOf(callback: Function, every: unknown, wrapper: (...args: never[]) => unknown): Function {
  const registration = registrationOf(wrapper, callback);
  // A library's own timer (renewing a lock) is no unit of the app's; a scheduler's is.
  const needsApp = !isCalledByApp(wrapper);
  const params = { every: formatPeriod(Number(every)) };
  const info = { kind: 'tick', name: '', params, needsApp, ...registration } as const;
  return wrapHandler(callback, () => info);
}

/** `250ms`, `60s`: without digits that are no help. */
function formatPeriod(ms: number): string {
  if (!(ms >= 1)) return '1ms';
  return ms >= 1000 && ms % 100 === 0 ? `${ms / 1000}s` : `${Math.round(ms)}ms`;
}

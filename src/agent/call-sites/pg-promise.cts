/** Call sites of pg-promise, which queries in a promise chain once it has a connection. */

import { callSiteOfObject, captureCallSite, rememberCallSite, runDeferred } from '../call/call-site.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import { attempt } from '../guard.cjs';
import { state } from '../run-config.cjs';
import type { CallSiteLibrary } from './library.cjs';

/** Context of a query, a task or a connection; only the app's `connect()` sets the options. */
interface Context {
  cnOptions?: unknown;
}
type Parts = Record<string, Function>;
type MakeParts = (this: unknown, ...args: unknown[]) => Parts | Function;

// Enough for the frames of `db.one` and of the tasks.
const LIBRARY_FRAMES = 10;

export const pgPromise: CallSiteLibrary = {
  library: 'pg-promise',
  versions: '>=10 <13',
  role: 'driver',
  files: {
    'pg-promise/lib/connect.js': (exports: Parts | MakeParts) => patchParts(exports, 'pool', wrapPool),
    'pg-promise/lib/task.js': (exports: Parts | MakeParts) => patchParts(exports, 'execute', wrapExecute),
    'pg-promise/lib/query.js': (exports: Parts | MakeParts) => patchParts(exports, 'query', wrapExecute),
  },
  replaced: ['pg-promise/lib/connect.js', 'pg-promise/lib/task.js', 'pg-promise/lib/query.js'],
};

/** Wraps a part of a file, which exports its parts or a function that makes them, or the one. */
function patchParts(
  exports: Parts | MakeParts,
  name: string,
  wrap: (original: Function) => Function,
): Function | undefined {
  if (typeof exports !== 'function') {
    replaceMethod(exports, name, wrap);
    return undefined;
  }
  return function makeParts(this: unknown) {
    const parts: Parts | Function = Reflect.apply(exports, this, arguments);
    if (typeof parts === 'function') return wrap(parts);
    attempt(replaceMethod, parts, name, wrap);
    return parts;
  };
}

/** It is called where the app calls, and begins the chain. */
function wrapPool(original: Function): Function {
  return function pool(this: unknown, context: Context) {
    if (state.recording !== 'off') attempt(keepSite, context, pool);
    return Reflect.apply(original, this, arguments);
  };
}

// What a connection of the app sends has the lines of its own calls.
function keepSite(context: Context, wrapper: (...args: never[]) => unknown): void {
  if (context.cnOptions !== undefined) return;
  const site = captureCallSite(wrapper, LIBRARY_FRAMES);
  if (!site?.silent) rememberCallSite(context, site);
}

/** Sends a query or runs a task; a task in a task has its connection and is run by the app's call. */
function wrapExecute(original: Function): Function {
  return function execute(this: unknown, context: Context) {
    if (state.recording === 'off') return Reflect.apply(original, this, arguments);
    const site = attempt(callSiteOfObject, context) ?? captureCallSite(execute, LIBRARY_FRAMES);
    if (site === undefined || site.silent) return Reflect.apply(original, this, arguments);
    return runDeferred(site, original, this, arguments);
  };
}

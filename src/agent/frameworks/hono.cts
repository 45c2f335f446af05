/** Routes of Hono, read from the context of a request. */

import { captureRegistration } from '../call/stack.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import { notePrintedErrors } from '../errors/printed-errors.cjs';
import { noteError, noteErrorOf } from '../errors/request-errors.cjs';
import { attempt, guardHook } from '../guard.cjs';
import { ownData } from '../record/app-values.cjs';
import { currentRequest } from '../request/context.cjs';
import type { RouteInfo } from '../request/traced-request.cjs';
import { type Framework, handlerName } from './framework.cjs';

interface Context {
  req: {
    matchedRoutes?: { path: string; method: string; handler: Function }[];
    routeIndex?: number;
    param(): object;
  };
}
type Constructor = new (...args: never[]) => Context;

export const hono: Framework = {
  library: 'hono',
  versions: '>=4 <5',
  files: {
    'hono/dist/context.js': patchContext,
    'hono/dist/cjs/context.js': patchContext,
    'hono/dist/hono-base.js': patchBase,
    'hono/dist/cjs/hono-base.js': patchBase,
  },
  esm: { 'hono/dist/context.js': ['Context'], 'hono/dist/hono-base.js': ['Hono'] },
};

// Its own error handler prints what it answers 500 for, and nothing else tells of it.
notePrintedErrors({ by: 'hono', file: /[\\/]hono[\w.-]*[\\/]dist[\\/]/ });

/** Wraps the error handlers that apps are given; Hono's classes differ in name by their build. */
function patchBase(exports: Record<string, unknown>): void {
  for (const name of ['Hono', 'HonoBase']) {
    const { set, writable, value, get } = Object.getOwnPropertyDescriptor(exports, name) ?? {};
    const Base = value ?? get?.call(exports);
    if (typeof Base !== 'function' || (set === undefined && !writable)) continue;
    exports[name] = new Proxy(Base, {
      construct(target, args, newTarget) {
        const app = Reflect.construct(target, args, newTarget);
        attempt(watchHandlers, app);
        return app;
      },
    });
  }
}

/** Stacks of registration, by handler. */
const registrationStacks = new WeakMap<Function, number>();
const METHODS = ['get', 'post', 'put', 'delete', 'options', 'patch', 'all', 'on'];

function wrapRegister(original: Function): Function {
  return function register(this: unknown) {
    const stack = attempt(captureRegistration, register as never) ?? 0;
    for (const handler of Array.from(arguments))
      if (typeof handler === 'function' && !registrationStacks.has(handler))
        registrationStacks.set(handler, stack);
    return Reflect.apply(original, this, arguments);
  };
}

function watchHandlers(app: object): void {
  for (const method of METHODS) replaceMethod(app, method, wrapRegister);
  replaceMethod(
    app,
    'onError',
    (original) =>
      function onError(this: unknown, handler: unknown) {
        if (typeof handler !== 'function') return Reflect.apply(original, this, arguments);
        const handle = function (this: unknown, error: unknown) {
          attempt(noteError, error, 'hono');
          return Reflect.apply(handler, this, arguments);
        };
        return Reflect.apply(original, this, [handle]);
      },
  );
}

function patchContext(exports: { Context: Constructor }): void {
  const { set, writable } = Object.getOwnPropertyDescriptor(exports, 'Context') ?? {};
  if (set === undefined && !writable) throw new Error('the CommonJS build of this version cannot be patched');
  exports.Context = new Proxy(exports.Context, { construct });
}

function construct(Context: Constructor, args: never[], target: Function): Context {
  const context = Reflect.construct(Context, args, target) as Context;
  const request = currentRequest();
  if (request !== undefined)
    request.routeInfo = () => {
      // Hono keeps what its middleware has caught.
      const error = ownData(context, 'error');
      if (error !== undefined) attempt(noteErrorOf, request, error, 'hono', false);
      return readRoute(context);
    };
  return context;
}

/**
 * The handler is the last match of a method that ran: of two patterns that match, the first
 * answers. Middleware matches with method ALL.
 */
function routeInfoOf({ req }: Context): RouteInfo | undefined {
  const ran = req.matchedRoutes?.slice(0, (req.routeIndex ?? Number.POSITIVE_INFINITY) + 1);
  const route = ran?.findLast(({ method }) => method !== 'ALL');
  if (route === undefined) return undefined;
  const { path, handler } = route;
  // An app with an error handler of its own has its handlers wrapped where it is mounted.
  const own = (ownData(handler, '__COMPOSED_HANDLER') as Function | undefined) ?? handler;
  return { route: path, handler: handlerName(own), stack: registrationStacks.get(own), params: req.param() };
}

const readRoute = guardHook('hono', 'reading its routes', routeInfoOf);

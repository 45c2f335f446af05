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

interface Route {
  path: string;
  method: string;
  handler: Function;
}
interface Context {
  req: {
    matchedRoutes?: Route[];
    routeIndex?: number;
    param(): object;
  };
}
type Exports = Record<string, unknown>;
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
  replaced: ['hono/dist/cjs/context.js', 'hono/dist/cjs/hono-base.js'],
  esm: { 'hono/dist/context.js': ['Context'], 'hono/dist/hono-base.js': ['Hono'] },
};

// Its own error handler prints what it answers 500 for, and nothing else tells of it.
notePrintedErrors({ by: 'hono', file: /[\\/]hono[\w.-]*[\\/]dist[\\/]/ });

/** Wraps the error handlers that apps are given; Hono's classes differ in name by their build. */
function patchBase(exports: Exports): object | void {
  const made: Exports = {};
  for (const name of ['Hono', 'HonoBase']) {
    const Base = exports[name];
    if (typeof Base !== 'function') continue;
    made[name] = new Proxy(Base, {
      construct(target, args, newTarget) {
        const app = Reflect.construct(target, args, newTarget);
        attempt(watchHandlers, app);
        return app;
      },
    });
  }
  return replaceExports(exports, made);
}

/** Sets exports; those of CommonJS before Hono 4.12 are getters: they get a copy, which replaces them. */
function replaceExports(exports: Exports, made: Exports): object | void {
  const own = Object.getOwnPropertyDescriptors(exports);
  let isFixed = false;
  for (const [name, value] of Object.entries(made)) {
    if (own[name]?.set !== undefined || own[name]?.writable) exports[name] = value;
    else isFixed = true;
    own[name] = { value, enumerable: true, configurable: true, writable: true };
  }
  return isFixed ? Object.create(Object.getPrototypeOf(exports) as object, own) : undefined;
}

/** Stacks of registration, by handler. */
const registrationStacks = new WeakMap<Function, number>();
/** Functions that were registered before a handler: `app.get(path, middleware, handler)`. */
const middleware = new WeakSet<Function>();
const METHODS = ['get', 'post', 'put', 'delete', 'options', 'patch', 'all', 'on'];

function wrapRegister(original: Function): Function {
  return function register(this: unknown) {
    const stack = attempt(captureRegistration, register as never) ?? 0;
    const handlers = Array.from(arguments).filter((handler) => typeof handler === 'function');
    for (const handler of handlers.slice(0, -1)) middleware.add(handler);
    for (const handler of handlers)
      if (!registrationStacks.has(handler)) registrationStacks.set(handler, stack);
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

function patchContext(exports: Exports): object | void {
  return replaceExports(exports, { Context: new Proxy(exports.Context as Constructor, { construct }) });
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
 * answers. Middleware matches with method ALL; what stands before a handler, and ended the request, is
 * that of many routes.
 */
function routeInfoOf({ req }: Context): RouteInfo | undefined {
  const matched = req.matchedRoutes ?? [];
  const ran = matched.slice(0, (req.routeIndex ?? Number.POSITIVE_INFINITY) + 1);
  const at = ran.findLastIndex(({ method }) => method !== 'ALL');
  if (at < 0) return undefined;
  const { path, method, handler } = matched[at]!;
  const isHandler = (other: Route) =>
    other.path === path && other.method === method && !middleware.has(ownHandler(other.handler));
  const route = middleware.has(ownHandler(handler)) ? matched.slice(at + 1).find(isHandler) : undefined;
  const own = ownHandler(route?.handler ?? handler);
  return { route: path, handler: handlerName(own), stack: registrationStacks.get(own), params: req.param() };
}

/** An app with an error handler of its own has its handlers wrapped where it is mounted. */
function ownHandler(handler: Function): Function {
  return (ownData(handler, '__COMPOSED_HANDLER') as Function | undefined) ?? handler;
}

const readRoute = guardHook('hono', 'reading its routes', routeInfoOf);

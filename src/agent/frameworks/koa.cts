/** Routes of Koa with @koa/router or koa-router: the layer that ran, else what the context says. */

import { captureRegistration } from '../call/stack.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import { noteError } from '../errors/request-errors.cjs';
import { attempt, guardHook } from '../guard.cjs';
import { currentRequest } from '../request/context.cjs';
import type { RouteInfo } from '../request/traced-request.cjs';
import { type Framework, handlerName, patternText } from './framework.cjs';

interface Layer {
  path: string;
  methods: string[];
  stack: Function[];
}
interface Context {
  _matchedRoute?: unknown;
  matched?: Layer[];
  params?: object;
}
/** Route of a request, with the last layer of a route that began to run. */
type KoaRouteInfo = { (): RouteInfo | undefined; layer: Layer | undefined };
type Exports = { prototype?: object; default?: { prototype: object }; Router?: { prototype: object } };

/** Stacks of registration by handler and path; a mounted router has copies with longer paths. */
const registrationStacks = new WeakMap<Function, Map<string, number>>();

export const koa: Framework = {
  library: 'koa',
  versions: '>=2 <4',
  files: {
    'koa/lib/application.js': (Application: { prototype: object }) => {
      replaceMethod(
        Application.prototype,
        'handleRequest',
        (original) =>
          function (this: unknown, context: Context) {
            const request = currentRequest();
            if (request !== undefined) request.routeInfo = koaRouteInfo(context);
            return Reflect.apply(original, this, arguments);
          },
      );
      // What an app's own handler has caught it reports so: `ctx.app.emit('error', err, ctx)`.
      replaceMethod(Application.prototype, 'emit', wrapEmit);
    },
    'koa/lib/context.js': (context: object) =>
      replaceMethod(
        context,
        'onerror',
        (original) =>
          function onerror(this: { req?: object }, error: unknown) {
            if (error !== undefined && error !== null)
              attempt(
                noteError,
                error,
                'koa',
                attempt(() => this.req),
              );
            return Reflect.apply(original, this, arguments);
          },
      ),
    '@koa/router/dist/index.js': patchRouter,
    '@koa/router/dist/index.mjs': patchRouter,
    '@koa/router/lib/router.js': patchRouter,
    'koa-router/lib/router.js': patchRouter,
  },
  esm: { '@koa/router/dist/index.mjs': ['Router'] },
};

function wrapEmit(original: Function): Function {
  return function emit(this: unknown, type: unknown, error: unknown, context: { req?: object } | undefined) {
    if (type === 'error' && error)
      attempt(
        noteError,
        error,
        'koa',
        attempt(() => context?.req),
      );
    return Reflect.apply(original, this, arguments);
  };
}

function patchRouter(exports: Exports): void {
  const Router = exports.Router ?? exports.default ?? (exports as { prototype: object });
  replaceMethod(
    Router.prototype,
    'register',
    (original) =>
      function register(this: unknown) {
        const layer = Reflect.apply(original, this, arguments);
        const stack = attempt(captureRegistration, register as never) ?? 0;
        attempt(() => {
          if (!(layer?.methods?.length > 0)) return;
          recordRegistration(layer, stack);
          replaceMethod(Object.getPrototypeOf(layer), 'captures', wrapCaptures);
        });
        return layer;
      },
  );
}

/** Every version calls it for a layer just before the layer's functions run. */
function wrapCaptures(original: Function): Function {
  return function captures(this: Layer) {
    const routeInfo = currentRequest()?.routeInfo as KoaRouteInfo | undefined;
    if (routeInfo !== undefined && 'layer' in routeInfo && this.methods.length > 0) routeInfo.layer = this;
    return Reflect.apply(original, this, arguments);
  };
}

function koaRouteInfo(context: Context): KoaRouteInfo {
  const routeInfo: KoaRouteInfo = () => readRoute(context, routeInfo.layer);
  routeInfo.layer = undefined;
  return routeInfo;
}

// `matched` are all layers of the path, also of other methods, and `_matchedRoute` is the last of
// the method, though the first answers: GET /articles/feed is not what /articles/:slug did.
function routeInfoOf(
  { _matchedRoute, matched, params }: Context,
  ran: Layer | undefined,
): RouteInfo | undefined {
  const route = ran?.path ?? _matchedRoute;
  if (route === undefined) return undefined;
  const layer = ran ?? matched?.findLast(({ methods }) => methods.length > 0);
  return {
    route: patternText(route),
    handler: handlerName(layer?.stack.at(-1)),
    stack: layer && registrationStack(layer),
    params,
  };
}

const readRoute = guardHook('koa', 'reading its routes', routeInfoOf);

function recordRegistration({ path, stack }: Layer, registration: number): void {
  const handler = stack.at(-1)!;
  const stacksByPath = registrationStacks.get(handler) ?? new Map<string, number>();
  registrationStacks.set(handler, stacksByPath.set(patternText(path), registration));
}

function registrationStack({ path, stack }: Layer): number | undefined {
  const stacksByPath = [...(registrationStacks.get(stack.at(-1)!) ?? [])];
  return stacksByPath.findLast(([routePath]) => path.endsWith(routePath))?.[1];
}

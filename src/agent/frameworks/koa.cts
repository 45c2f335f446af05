/** Koa with @koa/router: what the router leaves on the context. */

import { captureStack } from '../call/stack.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import { currentRequest } from '../request/context.cjs';
import type { RouteInfo } from '../request/traced-request.cjs';
import { type Framework, handlerName } from './framework.cjs';

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
type Exports = { prototype?: object; default?: { prototype: object }; Router?: { prototype: object } };

/** Per handler and own path: a router that is mounted in another has its layers copied, under longer paths. */
const registered = new WeakMap<Function, Map<string, number>>();

export const koa: Framework = {
  library: 'koa',
  versions: '>=2 <4',
  files: {
    'koa/lib/application.js': (Application: { prototype: object }) =>
      replaceMethod(
        Application.prototype,
        'handleRequest',
        (original) =>
          function (this: unknown, context: Context) {
            const request = currentRequest();
            if (request !== undefined) request.routeInfo = () => sightOf(context);
            return Reflect.apply(original, this, arguments);
          },
      ),
    '@koa/router/dist/index.js': patchRouter,
    '@koa/router/dist/index.mjs': patchRouter,
    '@koa/router/lib/router.js': patchRouter,
  },
  esm: { '@koa/router/dist/index.mjs': ['Router'] },
};

function patchRouter(exports: Exports): void {
  const Router = exports.Router ?? exports.default ?? (exports as { prototype: object });
  replaceMethod(
    Router.prototype,
    'register',
    (original) =>
      function register(this: unknown) {
        const layer = Reflect.apply(original, this, arguments);
        if (layer?.methods?.length > 0) note(layer, captureStack(register as never, undefined));
        return layer;
      },
  );
}

function sightOf({ _matchedRoute: route, matched, params }: Context): RouteInfo | undefined {
  if (route === undefined) return undefined;
  const layer = matched?.findLast(({ methods }) => methods.length > 0);
  return {
    route: String(route),
    handler: handlerName(layer?.stack.at(-1)),
    stack: layer && whereOf(layer),
    params,
  };
}

function note({ path, stack }: Layer, where: number): void {
  const handler = stack.at(-1)!;
  const known = registered.get(handler) ?? new Map<string, number>();
  registered.set(handler, known.set(String(path), where));
}

function whereOf({ path, stack }: Layer): number | undefined {
  const known = [...(registered.get(stack.at(-1)!) ?? [])];
  return known.findLast(([own]) => path.endsWith(own))?.[1];
}

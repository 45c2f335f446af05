/** Hono: its contexts know what matched. */

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
  files: { 'hono/dist/context.js': patchContext, 'hono/dist/cjs/context.js': patchContext },
  esm: { 'hono/dist/context.js': ['Context'] },
};

function patchContext(exports: { Context: Constructor }): void {
  const { set, writable } = Object.getOwnPropertyDescriptor(exports, 'Context') ?? {};
  if (set === undefined && !writable) throw new Error('the CommonJS build of this version cannot be patched');
  exports.Context = new Proxy(exports.Context, { construct });
}

function construct(Context: Constructor, args: never[], target: Function): Context {
  const context = Reflect.construct(Context, args, target) as Context;
  const request = currentRequest();
  if (request !== undefined) request.routeInfo = () => sightOf(context);
  return context;
}

/** Middleware matches as well, with `*`; what was registered for a method is the handler. */
function sightOf({ req }: Context): RouteInfo | undefined {
  const route = req.matchedRoutes?.findLast(({ method }) => method !== 'ALL');
  return route && { route: route.path, handler: handlerName(route.handler), params: req.param() };
}

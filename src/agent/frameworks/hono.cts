/** Routes of Hono, read from the context of a request. */

import { guardHook } from '../guard.cjs';
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
  if (request !== undefined) request.routeInfo = () => readRoute(context);
  return context;
}

/**
 * The handler is the last match of a method that ran: of two patterns that match, the first
 * answers. Middleware matches with method ALL.
 */
function routeInfoOf({ req }: Context): RouteInfo | undefined {
  const ran = req.matchedRoutes?.slice(0, (req.routeIndex ?? Number.POSITIVE_INFINITY) + 1);
  const route = ran?.findLast(({ method }) => method !== 'ALL');
  return route && { route: route.path, handler: handlerName(route.handler), params: req.param() };
}

const readRoute = guardHook('hono', 'reading its routes', routeInfoOf);

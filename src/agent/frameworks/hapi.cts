/** Routes of hapi: what its router has found, and the errors that it answers. */

import { captureRegistration } from '../call/stack.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import { noteError } from '../errors/request-errors.cjs';
import { attempt } from '../guard.cjs';
import { dataOf, ownData } from '../record/app-values.cjs';
import type { RouteInfo } from '../request/traced-request.cjs';
import { type Framework, handlerName, patternText, setRoute } from './framework.cjs';

interface HapiRequest {
  _route?: object;
  params?: object;
  raw?: { req?: object };
}

const registrationStacks = new WeakMap<object, number>();

export const hapi: Framework = {
  library: '@hapi/hapi',
  versions: '>=19 <22',
  files: {
    '@hapi/hapi/lib/request.js': ({ prototype }: { prototype: object }) => {
      replaceMethod(prototype, '_lookup', wrapLookup);
      replaceMethod(prototype, '_setResponse', wrapSetResponse);
    },
    '@hapi/hapi/lib/route.js': (Route: Function) => new Proxy(Route, { construct: constructRoute }),
  },
  replaced: ['@hapi/hapi/lib/route.js'],
};

function constructRoute(Route: Function, args: unknown[], target: Function): object {
  const route = Reflect.construct(Route, args, target) as object;
  const stack = attempt(captureRegistration, constructRoute as never) ?? 0;
  registrationStacks.set(route, stack);
  return route;
}

function wrapLookup(original: Function): Function {
  return function _lookup(this: HapiRequest) {
    const result = Reflect.apply(original, this, arguments);
    attempt(setRoute, () => readRoute(this));
    return result;
  };
}

function readRoute(request: HapiRequest): RouteInfo | undefined {
  const route = ownData(request, '_route') as object | undefined;
  // What answers where no route matches is one, too.
  if (route === undefined || ownData(route, '_special') === true) return undefined;
  const handler = ownData(ownData(route, 'settings'), 'handler');
  return {
    route: patternText(ownData(route, 'path') ?? dataOf(ownData(route, 'public'), 'path')),
    handler: handlerName(handler),
    stack: registrationStacks.get(route),
    params: ownData(request, 'params') as object | undefined,
  };
}

/** What a handler throws is the response from then on. */
function wrapSetResponse(original: Function): Function {
  return function _setResponse(this: HapiRequest, response: unknown) {
    if (dataOf(response, 'isBoom') === true && ownData(ownData(this, '_route'), '_special') !== true)
      attempt(noteError, response, 'hapi', ownData(ownData(this, 'raw'), 'req') as object);
    return Reflect.apply(original, this, arguments);
  };
}

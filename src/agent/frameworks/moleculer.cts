/** Aliases of moleculer-web: their path, and the action that each calls. */

import { replaceMethod } from '../call/wrap.cjs';
import { noteError } from '../errors/request-errors.cjs';
import { attempt } from '../guard.cjs';
import { ownData, plainText } from '../record/app-values.cjs';
import type { RouteInfo } from '../request/traced-request.cjs';
import { type Framework, handlerName, setRoute } from './framework.cjs';

export const moleculerWeb: Framework = {
  library: 'moleculer-web',
  versions: '>=0.9 <0.12',
  files: {
    'moleculer-web/src/index.js': ({ methods }: { methods: object }) => {
      replaceMethod(methods, 'aliasHandler', wrapAliasHandler);
      replaceMethod(methods, 'sendError', wrapSendError);
    },
  },
};

function wrapAliasHandler(original: Function): Function {
  return function aliasHandler(this: unknown, request: object, _response: unknown, alias: object) {
    attempt(setRoute, () => routeOf(request, alias));
    return Reflect.apply(original, this, arguments);
  };
}

function routeOf(request: object, alias: object): RouteInfo {
  const action = plainText(ownData(alias, 'action'));
  // Without an alias the URL is the name of the action.
  const path = plainText(ownData(alias, 'fullPath')) ?? `/${action?.replaceAll('.', '/') ?? ''}`;
  const given = ownData(request, '$params');
  const params: Record<string, unknown> = {};
  for (const [, name = ''] of path.matchAll(/:(\w+)/g)) params[name] = ownData(given, name);
  return { route: path, handler: action ?? handlerName(ownData(alias, 'handler')), params };
}

function wrapSendError(original: Function): Function {
  return function sendError(this: unknown, request: object, _response: unknown, error: unknown) {
    attempt(noteError, error, 'moleculer', request);
    return Reflect.apply(original, this, arguments);
  };
}

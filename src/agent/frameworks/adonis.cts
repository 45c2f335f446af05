/** Routes of AdonisJS 6, which stand in the context of a request. */

import { replaceMethod } from '../call/wrap.cjs';
import { noteError } from '../errors/request-errors.cjs';
import { attempt } from '../guard.cjs';
import { dataOf, isList, ownData, plainText } from '../record/app-values.cjs';
import type { RouteInfo } from '../request/traced-request.cjs';
import { type Framework, handlerName, patternText, setRoute } from './framework.cjs';

interface Exports {
  Server?: { prototype: object };
  ExceptionHandler?: { prototype: object };
}

const CHUNK = '@adonisjs/http-server/build/chunk-*.js';
const INDEX = '@adonisjs/http-server/build/index.js';

export const adonis: Framework = {
  library: '@adonisjs/http-server',
  versions: '>=7 <8',
  // Which class is in which of them differs by the version.
  files: { [CHUNK]: patchClasses, [INDEX]: patchClasses },
  esm: { [CHUNK]: ['Server', 'ExceptionHandler'], [INDEX]: ['Server', 'ExceptionHandler'] },
};

function patchClasses(exports: Exports): void {
  const Server = attempt(() => exports.Server);
  if (Server !== undefined) replaceMethod(Server.prototype, 'createHttpContext', wrapContext);
  const Handler = attempt(() => exports.ExceptionHandler);
  if (Handler !== undefined) replaceMethod(Handler.prototype, 'handle', wrapHandle);
}

function wrapContext(original: Function): Function {
  return function createHttpContext(this: unknown) {
    const context = Reflect.apply(original, this, arguments);
    attempt(setRoute, () => routeOf(context));
    return context;
  };
}

function routeOf(context: object): RouteInfo | undefined {
  const route = ownData(context, 'route');
  if (route === undefined) return undefined;
  const handler = ownData(route, 'handler');
  return {
    route: patternText(ownData(route, 'pattern')),
    handler: handlerName(handler) ?? controllerName(ownData(handler, 'reference')),
    params: ownData(context, 'params') as object | undefined,
  };
}

/** `OrdersController.show` of `[OrdersController, 'show']`, and of `'#controllers/orders.show'`. */
function controllerName(reference: unknown): string | undefined {
  if (!isList(reference)) return plainText(reference)?.replace(/^.*\//, '');
  const Class = ownData(reference, 0);
  const method = plainText(ownData(reference, 1)) ?? 'handle';
  const name = plainText(dataOf(Class, 'name'));
  // A controller that is imported with its first request is a function without a name.
  return name === undefined || name === '' ? method : `${name}.${method}`;
}

/** What the app's exception handler goes on to when it has reported an error. */
function wrapHandle(original: Function): Function {
  return function handle(this: unknown, error: unknown) {
    attempt(noteError, error, 'adonis');
    return Reflect.apply(original, this, arguments);
  };
}

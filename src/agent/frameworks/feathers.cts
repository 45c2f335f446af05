/** Services of Feathers: their path, whether it has an id, and the method that ran. */

import { replaceMethod } from '../call/wrap.cjs';
import { noteError } from '../errors/request-errors.cjs';
import { attempt } from '../guard.cjs';
import { dataOf, ownData, plainText } from '../record/app-values.cjs';
import { currentRequest } from '../request/context.cjs';
import { type Framework, setRoute } from './framework.cjs';

export const feathers: Framework = {
  library: '@feathersjs/feathers',
  versions: '>=5 <6',
  files: {
    // The transports, Express and Koa, make one for each call that comes by HTTP.
    '@feathersjs/feathers/lib/hooks.js': (exports: object) =>
      replaceMethod(exports, 'createContext', wrapCreateContext),
    // Of Koa: it keeps errors from what is outside of it.
    '@feathersjs/koa/lib/handlers.js': (exports: object) =>
      replaceMethod(exports, 'errorHandler', wrapErrorHandler),
  },
};

function wrapCreateContext(original: Function): Function {
  return function createContext(this: unknown, service: object, method: unknown) {
    const context = Reflect.apply(original, this, arguments);
    attempt(noteService, context, service, plainText(method) ?? '');
    return context;
  };
}

function noteService(context: object, service: object, method: string): void {
  const path = plainText(dataOf(context, 'path')) ?? '';
  const [url = ''] = (currentRequest()?.url ?? '').split('?', 1);
  const segments = url.split('/').filter((segment) => segment !== '');
  const hasId = segments.length > path.split('/').length;
  const name = plainText(ownData(dataOf(service, 'constructor'), 'name')) ?? '';
  setRoute(() => ({
    route: `/${path}${hasId ? '/:id' : ''}`,
    handler: name === '' || name === 'Object' ? method : `${name}.${method}`,
    params: { ...routeParams(context), ...(hasId && { id: decodeURIComponent(segments.at(-1)!) }) },
  }));
}

/** Parameters in a service's path: `users/:userId/messages`. */
function routeParams(context: object): object {
  const route = ownData(dataOf(context, 'params'), 'route');
  return typeof route === 'object' && route !== null ? route : {};
}

function wrapErrorHandler(original: Function): Function {
  return function errorHandler(this: unknown) {
    const middleware = Reflect.apply(original, this, arguments);
    return function handle(this: unknown, context: unknown, next: unknown) {
      if (typeof next !== 'function') return Reflect.apply(middleware, this, arguments);
      const noting = async () => {
        try {
          return await next();
        } catch (error) {
          attempt(noteError, error, 'feathers');
          throw error;
        }
      };
      return Reflect.apply(middleware, this, [context, noting]);
    };
  };
}

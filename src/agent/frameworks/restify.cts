/** Routes of Restify, as its router decorates the request with them. */

import { captureRegistration } from '../call/stack.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import { noteError } from '../errors/request-errors.cjs';
import { attempt } from '../guard.cjs';
import { isList, ownData } from '../record/app-values.cjs';
import { type Framework, handlerName, patternText, setRoute } from './framework.cjs';

interface RestifyRequest {
  route?: { path?: unknown };
  params?: object;
}

/** Handlers and stacks of registration, by route. */
const registrations = new WeakMap<object, { handler: unknown; stack: number }>();

export const restify: Framework = {
  library: 'restify',
  versions: '>=8 <12',
  files: {
    'restify/lib/router.js': ({ prototype }: { prototype: object }) => {
      replaceMethod(prototype, 'mount', wrapMount);
      replaceMethod(prototype, 'lookup', wrapLookup);
    },
    'restify/lib/server.js': ({ prototype }: { prototype: object }) =>
      replaceMethod(
        prototype,
        '_onHandlerError',
        (original) =>
          function _onHandlerError(this: unknown, error: unknown, request: object) {
            if (typeof error === 'object' && error !== null) attempt(noteError, error, 'restify', request);
            return Reflect.apply(original, this, arguments);
          },
      ),
  },
};

function wrapMount(original: Function): Function {
  return function mount(this: unknown, _options: unknown, handlers: unknown) {
    const route = Reflect.apply(original, this, arguments);
    const stack = attempt(captureRegistration, mount as never) ?? 0;
    attempt(() =>
      registrations.set(route, { handler: isList(handlers) ? handlers.at(-1) : undefined, stack }),
    );
    return route;
  };
}

function wrapLookup(original: Function): Function {
  return function lookup(this: unknown, request: RestifyRequest) {
    const chain = Reflect.apply(original, this, arguments);
    if (chain !== undefined)
      attempt(setRoute, () => {
        const route = ownData(request, 'route') as object | undefined;
        if (route === undefined) return undefined;
        const { handler, stack } = registrations.get(route) ?? {};
        const params = ownData(request, 'params') as object | undefined;
        return { route: patternText(ownData(route, 'path')), handler: handlerName(handler), stack, params };
      });
    return chain;
  };
}

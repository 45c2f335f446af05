/** Routes of find-my-way where the app's own code registers them, not a framework's. */

import { isCalledByApp } from '../call/stack.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import { attempt } from '../guard.cjs';
import { isList, listOf, ownData, plainText } from '../record/app-values.cjs';
import { type Framework, setRoute } from './framework.cjs';
import { RegisteredRoutes } from './registered-routes.cjs';

const MAX_METHODS = 100;
const routes = new RegisteredRoutes();
/** Routers with routes of the app's own. */
const ownRouters = new WeakSet<object>();

export const findMyWay: Framework = {
  library: 'find-my-way',
  versions: '>=4 <10',
  files: {
    'find-my-way/index.js': ({ prototype }: { prototype: { find: Function } }) => {
      const { find } = prototype;
      replaceMethod(prototype, 'on', wrapOn);
      // A router that the app has compiled looks up by another method.
      for (const method of ['lookup', '_lookupCompiled'])
        if (method in prototype) replaceMethod(prototype, method, (original) => wrapLookup(original, find));
    },
  },
};

function wrapOn(original: Function): Function {
  return function on(this: object, method: unknown, path: unknown) {
    const result = Reflect.apply(original, this, arguments);
    if (attempt(isCalledByApp, on as never) !== true) return result;
    const functions = listOf(arguments, 4).slice(2);
    attempt(() => {
      ownRouters.add(this);
      for (const name of isList(method) ? listOf(method, MAX_METHODS) : [method])
        routes.add(on, plainText(name) ?? '', path, functions);
    });
    return result;
  };
}

function wrapLookup(original: Function, find: Function): Function {
  return function lookup(this: object, request: object) {
    if (ownRouters.has(this))
      attempt(() => {
        const method = plainText(ownData(request, 'method')) ?? '';
        const url = plainText(ownData(request, 'url')) ?? '';
        setRoute(() => {
          // Asked once more: what it hands on is the handler alone.
          const found = Reflect.apply(find, this, [method, url, undefined]);
          const params = ownData(found, 'params') as object | undefined;
          return routes.find([ownData(found, 'handler')], method, params);
        });
      });
    return Reflect.apply(original, this, arguments);
  };
}

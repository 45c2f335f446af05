/** Routes of trouter, the router of Polka, and what Polka hands its error handler. */

import { replaceMethod } from '../call/wrap.cjs';
import { noteError } from '../errors/request-errors.cjs';
import { attempt } from '../guard.cjs';
import { listOf, ownData, plainText } from '../record/app-values.cjs';
import { type Framework, pathAbove, setRoute } from './framework.cjs';
import { RegisteredRoutes } from './registered-routes.cjs';

type Trouter = { prototype: object };

const MAX_HANDLERS = 100;
const routes = new RegisteredRoutes();

export const trouter: Framework = {
  library: 'polka',
  versions: '>=0.5 <2',
  files: { 'trouter/index.js': patchTrouter, 'trouter/index.mjs': patchTrouter },
  esm: { 'trouter/index.mjs': ['Trouter'] },
};

function patchTrouter(exports: { Trouter?: Trouter } & Trouter): void {
  const { prototype } = exports.Trouter ?? exports;
  replaceMethod(prototype, 'add', wrapAdd);
  replaceMethod(prototype, 'find', wrapFind);
}

function wrapAdd(original: Function): Function {
  return function add(this: object, method: unknown, path: unknown, ...functions: unknown[]) {
    const result = Reflect.apply(original, this, arguments);
    attempt(() => {
      const name = plainText(method) ?? '';
      // Middleware of Polka 1 has no method.
      if (name !== '') routes.add(add, name, path, functions.flat());
      if (typeof ownData(this, 'onError') === 'function') replaceMethod(this, 'onError', wrapOnError);
    });
    return result;
  };
}

function wrapFind(original: Function): Function {
  return function find(this: unknown, method: unknown, path: unknown) {
    const found = Reflect.apply(original, this, arguments);
    if (found)
      attempt(() => {
        const above = pathAbove(plainText(path) ?? '');
        setRoute(() => {
          const functions = listOf(ownData(found, 'handlers'), MAX_HANDLERS);
          const params = ownData(found, 'params') as object | undefined;
          return routes.find(functions, plainText(method) ?? '', params, above);
        });
      });
    return found;
  };
}

function wrapOnError(original: Function): Function {
  return function onError(this: unknown, error: unknown, request: object) {
    // Where no route matches it is called with a code alone.
    if (error instanceof Error) attempt(noteError, error, 'polka', request);
    return Reflect.apply(original, this, arguments);
  };
}

/** Call sites of Slonik, whose pool and transactions ask for a connection before they query. */

import { wrapCall } from '../call/deferred.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import { attempt } from '../guard.cjs';
import type { CallSiteLibrary } from './library.cjs';
import { wrapOwnMethods } from './own-methods.cjs';

type Binders = Record<string, (...args: unknown[]) => object>;

const METHODS =
  'any anyFirst connect copyFromBinary exists many manyFirst maybeOne maybeOneFirst one oneFirst query stream transaction';

/** Binders by file; before version 34 they are a folder further down. */
const BINDERS = ['bindPool', 'bindPoolConnection', 'bindTransactionConnection'];

export const slonik: CallSiteLibrary = {
  library: 'slonik',
  // Later ones are ES modules, whose constants cannot be replaced.
  versions: '>=28 <48',
  role: 'driver',
  files: Object.fromEntries(
    BINDERS.flatMap((name) =>
      ['dist', 'dist/src'].map((folder) => [
        `slonik/${folder}/binders/${name}.js`,
        (binders: Binders) => replaceMethod(binders, name, wrapBinder),
      ]),
    ),
  ),
};

/** Wraps a function that makes a pool's or a connection's methods. */
function wrapBinder(original: Function): Function {
  return function bind(this: unknown) {
    const bound: object = Reflect.apply(original, this, arguments);
    attempt(wrapOwnMethods, bound, METHODS, wrapCall);
    return bound;
  };
}

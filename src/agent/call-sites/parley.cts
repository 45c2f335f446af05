/** Call sites of parley, by which queries of Waterline and helpers of Sails begin where they are awaited. */

import { currentCallSite } from '../call/call-site.cjs';
import { wrapExecutor, wrapFactory } from '../call/deferred.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import { attempt } from '../guard.cjs';
import { ownData } from '../record/app-values.cjs';
import { currentRequest } from '../request/context.cjs';
import type { CallSiteLibrary } from './library.cjs';

export const parley: CallSiteLibrary = {
  library: 'parley',
  versions: '>=3 <4',
  role: 'orm',
  replaced: ['parley/lib/parley.js'],
  files: {
    'parley/lib/parley.js': (create: Function) => wrapFactory(create),
    'parley/lib/private/Deferred.js': ({ prototype }: { prototype: object }) =>
      replaceMethod(prototype, 'exec', wrapExec),
  },
};

/** A query is what was asked for, also where a model's own `beforeCreate` lets it go on; a helper runs the app's code. */
function wrapExec(original: Function): Function {
  const query = wrapExecutor(original, { final: true });
  const helper = wrapExecutor(original);
  return function exec(this: object) {
    return Reflect.apply(attempt(isOfQuery, this) ? query : helper, this, arguments);
  };
}

/** Also of the helpers by which a query reaches its driver. */
function isOfQuery(deferred: object): boolean {
  return (
    typeof ownData(deferred, 'usingConnection') === 'function' ||
    currentCallSite(currentRequest())?.final === true
  );
}

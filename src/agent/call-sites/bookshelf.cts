/** Call sites of bookshelf, whose methods query through knex in a later tick. */

import { wrapCall } from '../call/deferred.cjs';
import type { CallSiteLibrary } from './library.cjs';
import { type Class, wrapOwnMethods } from './own-methods.cjs';

/** Class that a file exports, before 0.14 as its `default`. */
type Exported = Class & { default?: Class };

export const bookshelf: CallSiteLibrary = {
  library: 'bookshelf',
  versions: '>=0.10 <2',
  role: 'orm',
  files: {
    'bookshelf/lib/model.js': (exports: Exported) =>
      wrapOwnMethods(
        prototypeOf(exports),
        'fetch fetchPage fetchAll count load refresh save destroy',
        wrapCall,
      ),
    'bookshelf/lib/collection.js': (exports: Exported) =>
      wrapOwnMethods(
        prototypeOf(exports),
        'fetch fetchPage fetchOne count load create attach detach',
        wrapCall,
      ),
  },
};

function prototypeOf(exports: Exported): object {
  return (exports.default ?? exports).prototype;
}

/** Call sites of bookshelf, whose methods query through knex in a later tick. */

import { wrapCall } from '../call/deferred.cjs';
import type { CallSiteLibrary } from './library.cjs';
import { type Class, wrapOwnMethods } from './own-methods.cjs';

export const bookshelf: CallSiteLibrary = {
  library: 'bookshelf',
  versions: '>=1 <2',
  role: 'orm',
  files: {
    'bookshelf/lib/model.js': ({ prototype }: Class) =>
      wrapOwnMethods(prototype, 'fetch fetchPage fetchAll count load refresh save destroy', wrapCall),
    'bookshelf/lib/collection.js': ({ prototype }: Class) =>
      wrapOwnMethods(prototype, 'fetch fetchPage fetchOne count load create attach detach', wrapCall),
  },
};

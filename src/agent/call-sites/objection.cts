/** Call sites of objection, which runs a query through knex when its builder is awaited. */

import { wrapExecutor, wrapFactory } from '../call/deferred.cjs';
import type { CallSiteLibrary } from './library.cjs';
import { type Classes, wrapOwnMethods } from './own-methods.cjs';

export const objection: CallSiteLibrary = {
  library: 'objection',
  versions: '>=1 <4',
  role: 'orm',
  files: {
    'objection/lib/queryBuilder/QueryBuilderOperationSupport.js': ({
      QueryBuilderOperationSupport: Builder,
    }: Classes) => {
      wrapOwnMethods(Builder!, 'forClass', wrapFactory);
      wrapOwnMethods(Builder!.prototype, 'clone', wrapFactory);
    },
    'objection/lib/queryBuilder/QueryBuilder.js': ({ QueryBuilder }: Classes) =>
      wrapOwnMethods(QueryBuilder!.prototype, 'execute', wrapExecutor),
  },
};

/** Call sites of MikroORM, which queries through knex after hooks, loading or the unit of work. */

import { wrapCall } from '../call/deferred.cjs';
import type { CallSiteLibrary } from './library.cjs';
import { type Classes, wrapOwnMethods } from './own-methods.cjs';

export const mikroOrm: CallSiteLibrary = {
  library: '@mikro-orm/core',
  versions: '>=6 <7',
  role: 'orm',
  files: {
    '@mikro-orm/core/EntityManager.js': ({ EntityManager }: Classes) =>
      wrapOwnMethods(
        EntityManager!.prototype,
        `find findAndCount findByCursor refresh findOne findOneOrFail upsert upsertMany transactional begin commit rollback
        lock insert insertMany nativeUpdate nativeDelete count flush populate`,
        wrapCall,
      ),
    '@mikro-orm/core/entity/Collection.js': ({ Collection }: Classes) =>
      wrapOwnMethods(Collection!.prototype, 'init load loadItems loadCount matching', wrapCall),
    '@mikro-orm/knex/SqlEntityManager.js': ({ SqlEntityManager }: Classes) =>
      wrapOwnMethods(SqlEntityManager!.prototype, 'execute', wrapCall),
    '@mikro-orm/knex/query/QueryBuilder.js': ({ QueryBuilder }: Classes) =>
      wrapOwnMethods(
        QueryBuilder!.prototype,
        'execute getResult getResultList getSingleResult getCount getResultAndCount',
        wrapCall,
      ),
  },
};

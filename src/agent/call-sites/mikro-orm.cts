/** Call sites of MikroORM, which queries through knex, since 7 Kysely, after hooks, loading or the unit of work. */

import { wrapCall } from '../call/deferred.cjs';
import type { CallSiteLibrary } from './library.cjs';
import { type Classes, wrapOwnMethods } from './own-methods.cjs';

const patchSqlManager = ({ SqlEntityManager }: Classes) =>
  wrapOwnMethods(SqlEntityManager!.prototype, 'execute countBy', wrapCall);
const patchBuilder = ({ QueryBuilder }: Classes) =>
  wrapOwnMethods(
    QueryBuilder!.prototype,
    'execute getResult getResultList getSingleResult getCount getResultAndCount',
    wrapCall,
  );

export const mikroOrm: CallSiteLibrary = {
  library: '@mikro-orm/core',
  versions: '>=6 <8',
  role: 'orm',
  files: {
    '@mikro-orm/core/EntityManager.js': ({ EntityManager }: Classes) =>
      wrapOwnMethods(
        EntityManager!.prototype,
        `find findAll findAndCount findByCursor refresh refreshOrFail findOne findOneOrFail upsert upsertMany transactional
        begin commit rollback lock insert insertMany nativeUpdate nativeDelete count countBy clone callRoutine flush populate`,
        wrapCall,
      ),
    '@mikro-orm/core/entity/Collection.js': ({ Collection }: Classes) =>
      wrapOwnMethods(Collection!.prototype, 'init load loadItems loadCount matching', wrapCall),
    '@mikro-orm/knex/SqlEntityManager.js': patchSqlManager,
    '@mikro-orm/knex/query/QueryBuilder.js': patchBuilder,
    '@mikro-orm/sql/SqlEntityManager.js': patchSqlManager,
    '@mikro-orm/sql/query/QueryBuilder.js': patchBuilder,
  },
  // Those of 6 are CommonJS.
  esmMajor: 7,
  esm: {
    '@mikro-orm/core/EntityManager.js': ['EntityManager'],
    '@mikro-orm/core/entity/Collection.js': ['Collection'],
    '@mikro-orm/sql/SqlEntityManager.js': ['SqlEntityManager'],
    '@mikro-orm/sql/query/QueryBuilder.js': ['QueryBuilder'],
  },
};

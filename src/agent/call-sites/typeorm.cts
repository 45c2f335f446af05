/** Call sites of TypeORM, which queries after a connection, subscribers or relations are ready. */

import { wrapCall } from '../call/deferred.cjs';
import type { CallSiteLibrary } from './library.cjs';
import { type Classes, wrapOwnMethods } from './own-methods.cjs';

const BUILDERS = ['', 'Select', 'Insert', 'Update', 'Delete', 'SoftDelete', 'Relation'];

export const typeorm: CallSiteLibrary = {
  library: 'typeorm',
  versions: '>=0.3 <2',
  role: 'orm',
  files: {
    'typeorm/data-source/DataSource.js': ({ DataSource }: Classes) =>
      wrapOwnMethods(
        DataSource!.prototype,
        'query synchronize runMigrations undoLastMigration showMigrations',
        wrapCall,
      ),
    'typeorm/entity-manager/EntityManager.js': ({ EntityManager }: Classes) =>
      wrapOwnMethods(
        EntityManager!.prototype,
        `transaction query preload save remove softRemove recover insert upsert update updateAll delete deleteAll softDelete
        restore exists existsBy count countBy sum average minimum maximum find findBy findAndCount findAndCountBy findOne
        findOneBy findOneOrFail findOneByOrFail clear increment decrement`,
        wrapCall,
      ),
    ...Object.fromEntries(
      BUILDERS.map((kind) => [
        `typeorm/query-builder/${kind}QueryBuilder.js`,
        (classes: Classes) =>
          wrapOwnMethods(
            classes[`${kind}QueryBuilder`]!.prototype,
            `execute getMany getOne getOneOrFail getManyAndCount getRawMany getRawOne getRawAndEntities getCount getExists
            stream add addAndRemove remove set loadMany loadOne`,
            wrapCall,
          ),
      ]),
    ),
  },
};

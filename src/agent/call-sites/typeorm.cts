/** Call sites of TypeORM, which queries after a connection, subscribers or relations are ready. */

import { wrapCall } from '../call/deferred.cjs';
import type { CallSiteLibrary } from './library.cjs';
import { type Class, type Classes, wrapOwnMethods } from './own-methods.cjs';

const BUILDERS = ['', 'Select', 'Insert', 'Update', 'Delete', 'SoftDelete', 'Relation'];

/** Drivers whose runners wait for a connection, by folder. */
const RUNNERS = { postgres: 'Postgres', cockroachdb: 'Cockroach', mysql: 'Mysql' };

export const typeorm: CallSiteLibrary = {
  library: 'typeorm',
  versions: '>=0.2 <2',
  role: 'orm',
  files: {
    'typeorm/data-source/DataSource.js': ({ DataSource }: Classes) => patchSource(DataSource!),
    // Before 0.3; then it only passes on DataSource.
    'typeorm/connection/Connection.js': ({ Connection }: Classes) => Connection && patchSource(Connection),
    ...Object.fromEntries(
      Object.entries(RUNNERS).map(([folder, driver]) => [
        `typeorm/driver/${folder}/${driver}QueryRunner.js`,
        (classes: Classes) =>
          wrapOwnMethods(
            classes[`${driver}QueryRunner`]!.prototype,
            'query startTransaction commitTransaction rollbackTransaction stream',
            wrapCall,
          ),
      ]),
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

function patchSource({ prototype }: Class): void {
  wrapOwnMethods(prototype, 'query synchronize runMigrations undoLastMigration showMigrations', wrapCall);
}

/** Query builders and ORMs query in a later turn than they are asked: each of their methods that ends in a query remembers where. */

import { asking, doing, making } from './later.cjs';
import { replace } from './replace.cjs';

type Class = { prototype: object };
type Classes = Record<string, Class>;
type Wrap = (original: Function) => Function;
type Files = Record<string, (exports: never) => void>;

const DIALECTS =
  'better-sqlite3 cockroachdb mariadb mssql mysql mysql2 oracledb pgnative postgres redshift sqlite3';
const builderOf = ({ builder }: { builder: object }) => builder;

const knex: Files = {
  'knex/lib/client.js': patchClient,
  // A dialect makes builders and transactions of its own.
  ...Object.fromEntries(
    DIALECTS.split(' ').map((dialect) => [`knex/lib/dialects/${dialect}/index.js`, patchClient]),
  ),
  'knex/lib/query/querybuilder.js': ({ prototype }: Class) => own(prototype, 'clone', makingBuilder),
  'knex/lib/execution/runner.js': ({ prototype }: Class) => own(prototype, 'run stream', doing(builderOf)),
  'knex/lib/execution/transaction.js': ({ prototype }: Class) =>
    own(prototype, 'commit release rollback rollbackTo', asking),
  'knex/lib/migrations/migrate/Migrator.js': ({ Migrator }: Classes) =>
    own(Migrator!.prototype, 'latest rollback up down status list', asking),
};

const objection: Files = {
  'objection/lib/queryBuilder/QueryBuilderOperationSupport.js': ({
    QueryBuilderOperationSupport: Builder,
  }: Classes) => {
    own(Builder!, 'forClass', making);
    own(Builder!.prototype, 'clone', making);
  },
  'objection/lib/queryBuilder/QueryBuilder.js': ({ QueryBuilder }: Classes) =>
    own(QueryBuilder!.prototype, 'execute', doing()),
};

const bookshelf: Files = {
  'bookshelf/lib/model.js': ({ prototype }: Class) =>
    own(prototype, 'fetch fetchPage fetchAll count load refresh save destroy', asking),
  'bookshelf/lib/collection.js': ({ prototype }: Class) =>
    own(prototype, 'fetch fetchPage fetchOne count load create attach detach', asking),
};

const sequelize: Files = {
  'sequelize/lib/sequelize.js': ({ prototype }: Class) =>
    own(prototype, 'query transaction sync authenticate', asking),
  'sequelize/lib/transaction.js': (exports: Class) => own(exports.prototype, 'commit rollback', asking),
  'sequelize/lib/model.js': (Model: Class) => {
    own(
      Model,
      `findAll findAndCountAll findOrCreate findCreateFind count aggregate upsert bulkCreate destroy restore update
      increment truncate sync describe`,
      asking,
    );
    own(Model.prototype, 'save destroy restore increment reload', asking);
  },
};

const typeorm: Files = {
  'typeorm/data-source/DataSource.js': ({ DataSource }: Classes) =>
    own(DataSource!.prototype, 'query synchronize runMigrations undoLastMigration showMigrations', asking),
  'typeorm/entity-manager/EntityManager.js': ({ EntityManager }: Classes) =>
    own(
      EntityManager!.prototype,
      `transaction query preload save remove softRemove recover insert upsert update updateAll delete deleteAll softDelete
      restore exists existsBy count countBy sum average minimum maximum find findBy findAndCount findAndCountBy findOne
      findOneBy findOneOrFail findOneByOrFail clear increment decrement`,
      asking,
    ),
  ...Object.fromEntries(
    ['', 'Select', 'Insert', 'Update', 'Delete', 'SoftDelete', 'Relation'].map((kind) => [
      `typeorm/query-builder/${kind}QueryBuilder.js`,
      (classes: Classes) =>
        own(
          classes[`${kind}QueryBuilder`]!.prototype,
          `execute getMany getOne getOneOrFail getManyAndCount getRawMany getRawOne getRawAndEntities getCount getExists
          stream add addAndRemove remove set loadMany loadOne`,
          asking,
        ),
    ]),
  ),
};

const mikro: Files = {
  '@mikro-orm/core/EntityManager.js': ({ EntityManager }: Classes) =>
    own(
      EntityManager!.prototype,
      `find findAndCount findByCursor refresh findOne findOneOrFail upsert upsertMany transactional begin commit rollback
      lock insert insertMany nativeUpdate nativeDelete count flush populate`,
      asking,
    ),
  '@mikro-orm/core/entity/Collection.js': ({ Collection }: Classes) =>
    own(Collection!.prototype, 'init load loadItems loadCount matching', asking),
  '@mikro-orm/knex/SqlEntityManager.js': ({ SqlEntityManager }: Classes) =>
    own(SqlEntityManager!.prototype, 'execute', asking),
  '@mikro-orm/knex/query/QueryBuilder.js': ({ QueryBuilder }: Classes) =>
    own(
      QueryBuilder!.prototype,
      'execute getResult getResultList getSingleResult getCount getResultAndCount',
      asking,
    ),
};

const kysely: Files = {};
for (const build of ['cjs', 'esm']) {
  kysely[`kysely/dist/${build}/query-executor/query-executor-base.js`] = ({ QueryExecutorBase }: Classes) =>
    own(QueryExecutorBase!.prototype, 'executeQuery', asking);
  kysely[`kysely/dist/${build}/kysely.js`] = ({ TransactionBuilder }: Classes) =>
    own(TransactionBuilder!.prototype, 'execute', asking);
}

const drizzle: Files = {};
const DRIZZLE = { pg: 'PgCountBuilder', mysql: 'MySqlCountBuilder' };
for (const [dialect, name] of Object.entries(DRIZZLE)) {
  for (const end of ['cjs', 'js'])
    drizzle[`drizzle-orm/${dialect}-core/query-builders/count.${end}`] = (classes: Classes) =>
      own(classes[name]!.prototype, 'then', doing());
}

/** Per file of a package, what is done to its exports, and which ES modules are handed over for it: as in an instrument. */
export const builders = {
  files: {
    ...knex,
    ...objection,
    ...bookshelf,
    ...sequelize,
    ...typeorm,
    ...mikro,
    ...kysely,
    ...drizzle,
  } as Files,
  esm: {
    'kysely/dist/esm/query-executor/query-executor-base.js': ['QueryExecutorBase'],
    'kysely/dist/esm/kysely.js': ['TransactionBuilder'],
    'drizzle-orm/pg-core/query-builders/count.js': [DRIZZLE.pg],
    'drizzle-orm/mysql-core/query-builders/count.js': [DRIZZLE.mysql],
  } as Record<string, string[]>,
};

function patchClient({ prototype }: Class): void {
  own(prototype, 'queryBuilder schemaBuilder raw', makingBuilder);
  own(prototype, 'transaction', asking);
}

/** With asyncStackTraces a builder has the stack that made it, and how many of its lines are not the user's: ours is one more. */
function makingBuilder(original: Function): Function {
  return making(original, (builder: { _asyncStack?: { lines: number } }) => {
    if (builder._asyncStack !== undefined) builder._asyncStack.lines++;
  });
}

/** Wraps those of the methods that the object has itself: versions differ, and a class overrides what another one has. */
function own(owner: object, methods: string, wrap: Wrap): void {
  for (const method of methods.split(/\s+/)) if (Object.hasOwn(owner, method)) replace(owner, method, wrap);
}

/** Call sites of knex, which runs a query when its builder is awaited, piped or gets a callback. */

import { wrapCall, wrapExecutor, wrapFactory } from '../call/deferred.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import type { CallSiteLibrary } from './library.cjs';
import { type Class, wrapOwnMethods } from './own-methods.cjs';

const DIALECTS =
  'better-sqlite3 cockroachdb mariadb mssql mysql mysql2 oracle oracledb pgnative postgres redshift sqlite3';

/** Class that a file exports, before 0.15 as its `default`. */
type Exported<T = Class> = T & { default?: T };

export const knex: CallSiteLibrary = {
  library: 'knex',
  versions: '>=0.12 <4',
  role: 'builder',
  files: {
    'knex/lib/client.js': patchClient,
    // Dialects override the methods that create builders and transactions.
    ...Object.fromEntries(
      DIALECTS.split(' ').map((dialect) => [`knex/lib/dialects/${dialect}/index.js`, patchClient]),
    ),
    'knex/lib/query/querybuilder.js': patchBuilder,
    'knex/lib/execution/runner.js': patchRunner,
    'knex/lib/execution/transaction.js': patchTransaction,
    'knex/lib/migrations/migrate/Migrator.js': patchMigrator,
    // Before 0.95.
    'knex/lib/query/builder.js': patchBuilder,
    'knex/lib/runner.js': patchRunner,
    'knex/lib/transaction.js': patchTransaction,
    'knex/lib/migrate/Migrator.js': patchMigrator,
    'knex/lib/migrate/index.js': patchMigrator,
    'knex/lib/util/batchInsert.js': patchBatchInsert,
  },
  replaced: ['knex/lib/util/batchInsert.js'],
};

/** The function behind `knex.batchInsert`, before 0.95. */
function patchBatchInsert(exports: Function | { default: Function }): Function | undefined {
  if (typeof exports === 'function') return wrapCall(exports);
  replaceMethod(exports, 'default', wrapCall);
  return undefined;
}

function patchBuilder(exports: Exported): void {
  wrapOwnMethods((exports.default ?? exports).prototype, 'clone', wrapBuilderFactory);
}

function patchRunner(exports: Exported): void {
  wrapOwnMethods((exports.default ?? exports).prototype, 'run stream', wrapRunner);
}

function patchTransaction(exports: Exported): void {
  wrapOwnMethods((exports.default ?? exports).prototype, 'commit release rollback rollbackTo', wrapCall);
}

function patchMigrator(exports: Exported & { Migrator?: Class }): void {
  // In between, index.js only passes on what Migrator.js has.
  const { prototype } = exports.Migrator ?? exports.default ?? exports;
  if (prototype !== undefined) wrapOwnMethods(prototype, 'latest rollback up down status list', wrapCall);
}

function patchClient(exports: Exported): void {
  const { prototype } = exports.default ?? exports;
  wrapOwnMethods(prototype, 'queryBuilder schemaBuilder raw', wrapBuilderFactory);
  wrapOwnMethods(prototype, 'transaction', wrapCall);
}

/**
 * With asyncStackTraces a builder keeps its stack and the number of leading lines to drop: the
 * wrapper's own frame is one more.
 */
function wrapBuilderFactory(original: Function): Function {
  const onCreated = (builder: { _asyncStack?: { lines: number } }) => {
    if (builder._asyncStack !== undefined) builder._asyncStack.lines++;
  };
  return wrapFactory(original, { onCreated });
}

function wrapRunner(original: Function): Function {
  return wrapExecutor(original, { ownerOf: ({ builder }: { builder: object }) => builder });
}

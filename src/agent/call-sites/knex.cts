/** Call sites of knex, which runs a query when its builder is awaited, piped or gets a callback. */

import { wrapCall, wrapExecutor, wrapFactory } from '../call/deferred.cjs';
import type { CallSiteLibrary } from './library.cjs';
import { type Class, type Classes, wrapOwnMethods } from './own-methods.cjs';

const DIALECTS =
  'better-sqlite3 cockroachdb mariadb mssql mysql mysql2 oracledb pgnative postgres redshift sqlite3';

export const knex: CallSiteLibrary = {
  library: 'knex',
  versions: '>=0.95 <4',
  role: 'builder',
  files: {
    'knex/lib/client.js': patchClient,
    // Dialects override the methods that create builders and transactions.
    ...Object.fromEntries(
      DIALECTS.split(' ').map((dialect) => [`knex/lib/dialects/${dialect}/index.js`, patchClient]),
    ),
    'knex/lib/query/querybuilder.js': ({ prototype }: Class) =>
      wrapOwnMethods(prototype, 'clone', wrapBuilderFactory),
    'knex/lib/execution/runner.js': ({ prototype }: Class) =>
      wrapOwnMethods(prototype, 'run stream', wrapRunner),
    'knex/lib/execution/transaction.js': ({ prototype }: Class) =>
      wrapOwnMethods(prototype, 'commit release rollback rollbackTo', wrapCall),
    'knex/lib/migrations/migrate/Migrator.js': ({ Migrator }: Classes) =>
      wrapOwnMethods(Migrator!.prototype, 'latest rollback up down status list', wrapCall),
  },
};

function patchClient({ prototype }: Class): void {
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

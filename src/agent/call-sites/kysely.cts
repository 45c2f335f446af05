/** Call sites of Kysely, whose queries wait for a connection or for their transaction. */

import { wrapCall } from '../call/deferred.cjs';
import type { CallSiteLibrary } from './library.cjs';
import { type Classes, wrapOwnMethods } from './own-methods.cjs';

const patchExecutor = ({ QueryExecutorBase }: Classes) =>
  wrapOwnMethods(QueryExecutorBase!.prototype, 'executeQuery', wrapCall);
const patchTransaction = ({ TransactionBuilder }: Classes) =>
  wrapOwnMethods(TransactionBuilder!.prototype, 'execute', wrapCall);

export const kysely: CallSiteLibrary = {
  library: 'kysely',
  versions: '>=0.27 <0.30',
  role: 'builder',
  files: {
    'kysely/dist/cjs/query-executor/query-executor-base.js': patchExecutor,
    'kysely/dist/esm/query-executor/query-executor-base.js': patchExecutor,
    'kysely/dist/cjs/kysely.js': patchTransaction,
    'kysely/dist/esm/kysely.js': patchTransaction,
    // Since 0.29 there are ES modules only.
    'kysely/dist/query-executor/query-executor-base.js': patchExecutor,
    'kysely/dist/kysely.js': patchTransaction,
  },
  esm: {
    'kysely/dist/esm/query-executor/query-executor-base.js': ['QueryExecutorBase'],
    'kysely/dist/esm/kysely.js': ['TransactionBuilder'],
    'kysely/dist/query-executor/query-executor-base.js': ['QueryExecutorBase'],
    'kysely/dist/kysely.js': ['TransactionBuilder'],
  },
};

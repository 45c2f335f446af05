/** Call sites of drizzle, which runs a query when it is awaited, in a tick without app code. */

import { wrapCall, wrapExecutor, wrapFactory, wrapImmediateExecutor } from '../call/deferred.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import type { CallSiteLibrary } from './library.cjs';
import { type Classes, wrapOwnMethods } from './own-methods.cjs';

// Prefix of a dialect's classes, and the class of its database, by folder.
const DIALECTS: Record<string, [prefix: string, database: string]> = {
  'pg-core': ['Pg', 'PgDatabase'],
  'mysql-core': ['MySql', 'MySqlDatabase'],
  'sqlite-core': ['SQLite', 'BaseSQLiteDatabase'],
  'singlestore-core': ['SingleStore', 'SingleStoreDatabase'],
};
// Methods that create the awaited query, by file and class; `…` stands for the dialect's prefix.
const FACTORIES: Record<string, Record<string, string>> = {
  select: { '…SelectBuilder': 'from' },
  insert: { '…InsertBuilder': 'values select' },
  update: { '…UpdateBuilder': 'set' },
  query: { RelationalQueryBuilder: 'findMany findFirst' },
};
/** Some dialects have `execute`, and SQLite the others, which answer at once where the driver does. */
const OF_DATABASE = 'delete execute run all get values refreshMaterializedView';

export const drizzle: CallSiteLibrary & Required<Pick<CallSiteLibrary, 'files' | 'esm'>> = {
  library: 'drizzle-orm',
  versions: '>=0.29 <1',
  role: 'orm',
  files: {},
  esm: {},
};

patchBoth('query-promise', ['QueryPromise'], ({ QueryPromise }) =>
  replaceMethod(QueryPromise!.prototype, 'then', wrapImmediateExecutor),
);
// With a synchronous driver it answers an object that runs the statement when awaited in its turn.
patchBoth('sqlite-core/session', ['SQLitePreparedQuery'], ({ SQLitePreparedQuery }) =>
  replaceMethod(SQLitePreparedQuery!.prototype, 'execute', wrapQueryFactory),
);
for (const [folder, [prefix, database]] of Object.entries(DIALECTS)) {
  const count = `${prefix}CountBuilder`;
  patchBoth(`${folder}/query-builders/count`, [count], (classes) =>
    wrapOwnMethods(classes[count]!.prototype, 'then', wrapExecutor),
  );
  for (const [file, methodsOf] of Object.entries(FACTORIES)) {
    const factories = Object.entries(methodsOf).map(
      ([name, methods]) => [name.replace('…', prefix), methods] as const,
    );
    const names = factories.map(([name]) => name);
    patchBoth(`${folder}/query-builders/${file}`, names, (classes) => {
      for (const [name, methods] of factories)
        wrapOwnMethods(classes[name]!.prototype, methods, wrapQueryFactory);
    });
  }
  patchBoth(`${folder}/db`, [database], (classes) => patchDatabase(classes[database]!.prototype));
}

/** Patches the CommonJS build and the ES module of a file. */
function patchBoth(file: string, bindings: string[], patch: (classes: Classes) => void): void {
  drizzle.files[`drizzle-orm/${file}.cjs`] = drizzle.files[`drizzle-orm/${file}.js`] = patch;
  drizzle.esm[`drizzle-orm/${file}.js`] = bindings;
}

/** No library frames: the app calls these methods itself. */
function wrapQueryFactory(original: Function): Function {
  return wrapFactory(original, { frames: 0 });
}

function patchDatabase(prototype: object): void {
  wrapOwnMethods(prototype, OF_DATABASE, wrapQueryFactory);
  replaceMethod(prototype, 'transaction', wrapCall);
  // Unlike a QueryPromise, it sends its query in a later tick than its `then` is called.
  if ('$count' in prototype) replaceMethod(prototype, '$count', wrapFactory);
}

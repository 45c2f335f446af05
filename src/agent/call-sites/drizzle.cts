/** Call sites of drizzle, which runs a query when it is awaited, in a tick without app code. */

import { wrapCall, wrapExecutor, wrapFactory, wrapImmediateExecutor } from '../call/deferred.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import type { CallSiteLibrary } from './library.cjs';
import { type Classes, wrapOwnMethods } from './own-methods.cjs';

const DIALECTS = { pg: 'Pg', mysql: 'MySql' };
// Methods that create the awaited query, by file and class; `…` stands for the dialect's name.
const FACTORIES: Record<string, Record<string, string[]>> = {
  'query-builders/select': { '…SelectBuilder': ['from'] },
  'query-builders/insert': { '…InsertBuilder': ['values', 'select'] },
  'query-builders/update': { '…UpdateBuilder': ['set'] },
  'query-builders/query': { RelationalQueryBuilder: ['findMany', 'findFirst'] },
  db: { '…Database': ['delete', 'execute'] },
};

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
for (const [folder, dialect] of Object.entries(DIALECTS)) {
  const count = `${dialect}CountBuilder`;
  patchBoth(`${folder}-core/query-builders/count`, [count], (classes) =>
    wrapOwnMethods(classes[count]!.prototype, 'then', wrapExecutor),
  );
  for (const [file, methodsOf] of Object.entries(FACTORIES)) {
    const factories = Object.entries(methodsOf).map(
      ([name, methods]) => [name.replace('…', dialect), methods] as const,
    );
    const names = factories.map(([name]) => name);
    patchBoth(`${folder}-core/${file}`, names, (classes) => {
      for (const [name, methods] of factories)
        for (const method of methods) replaceMethod(classes[name]!.prototype, method, wrapQueryFactory);
      if (file === 'db') patchDatabase(classes[`${dialect}Database`]!.prototype);
    });
  }
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
  replaceMethod(prototype, 'transaction', wrapCall);
  // Unlike a QueryPromise, it sends its query in a later tick than its `then` is called.
  if ('$count' in prototype) replaceMethod(prototype, '$count', wrapFactory);
}

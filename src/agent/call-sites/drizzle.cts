/** drizzle: a query runs when it is awaited, in a turn that has no app code; which class it is of depends on the dialect. */

import { wrapCall, wrapExecutor, wrapFactory, wrapImmediateExecutor } from '../call/deferred.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import type { CallSiteLibrary } from './library.cjs';
import { type Classes, wrapOwnMethods } from './own-methods.cjs';

const DIALECTS = { pg: 'Pg', mysql: 'MySql' };
// Per file of a dialect: the methods that make the object that is awaited, by class; `…` stands for the dialect's name.
const FACTORIES: Record<string, Record<string, string[]>> = {
  'query-builders/select': { '…SelectBuilder': ['from'] },
  'query-builders/insert': { '…InsertBuilder': ['values', 'select'] },
  'query-builders/update': { '…UpdateBuilder': ['set'] },
  'query-builders/query': { RelationalQueryBuilder: ['findMany', 'findFirst'] },
  db: { '…Database': ['delete', 'execute'] },
};

export const drizzle: Required<Omit<CallSiteLibrary, 'before'>> = {
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

/** A file has a build for each module system. */
function patchBoth(file: string, bindings: string[], patch: (classes: Classes) => void): void {
  drizzle.files[`drizzle-orm/${file}.cjs`] = drizzle.files[`drizzle-orm/${file}.js`] = patch;
  drizzle.esm[`drizzle-orm/${file}.js`] = bindings;
}

/** The app calls these methods itself. */
function wrapQueryFactory(original: Function): Function {
  return wrapFactory(original, { frames: 0 });
}

function patchDatabase(prototype: object): void {
  replaceMethod(prototype, 'transaction', wrapCall);
  // Its query is sent in a later turn than its `then` is called, unlike a QueryPromise's.
  if ('$count' in prototype) replaceMethod(prototype, '$count', wrapFactory);
}

/**
 * ORMs speak through drivers, so nothing of them is recorded: where one has been loaded stacks are captured deep enough
 * to see through it, and drizzle and Prisma, whose queries run when they are awaited and by nobody's code, remember
 * where each was written.
 */

import { builders } from './builders.cjs';
import { now } from './context.cjs';
import type { Instrument } from './instruments/instrument.cjs';
import { asking, making } from './later.cjs';
import { checkPrisma } from './prisma.cjs';
import { replace } from './replace.cjs';
import { type Origin, onBehalf, originOf } from './traced.cjs';

type Classes = Record<string, { prototype: object }>;

const origins = new WeakMap<object, Origin>();

// Which methods make the object that is awaited, by class; `…` stands for the dialect's name.
const MAKERS: Record<string, Record<string, string[]>> = {
  'query-builders/select': { '…SelectBuilder': ['from'] },
  'query-builders/insert': { '…InsertBuilder': ['values', 'select'] },
  'query-builders/update': { '…UpdateBuilder': ['set'] },
  'query-builders/query': { RelationalQueryBuilder: ['findMany', 'findFirst'] },
  db: { '…Database': ['delete', 'execute'] },
};
const DIALECTS = { pg: 'Pg', mysql: 'MySql' };

/** What is patched, and which ES modules are handed over for it: as in an instrument. */
export const orms: Required<Pick<Instrument, 'files' | 'esm'>> = {
  files: {
    ...builders.files,
    '@prisma/client/runtime/client.js': checkPrisma,
    '@prisma/client/runtime/library.js': checkPrisma,
    'drizzle-orm/query-promise.cjs': patchThen,
    'drizzle-orm/query-promise.js': patchThen,
  },
  esm: { ...builders.esm, 'drizzle-orm/query-promise.js': ['QueryPromise'] },
};

for (const [folder, dialect] of Object.entries(DIALECTS)) {
  for (const [file, made] of Object.entries(MAKERS)) {
    const makers = Object.entries(made).map(
      ([name, methods]) => [name.replace('…', dialect), methods] as const,
    );
    const path = `drizzle-orm/${folder}-core/${file}`;
    orms.files[`${path}.cjs`] = orms.files[`${path}.js`] = (classes: Classes) => {
      for (const [name, methods] of makers)
        for (const method of methods) replace(classes[name]!.prototype, method, remembering);
      if (file !== 'db') return;
      const { prototype } = classes[`${dialect}Database`]!;
      replace(prototype, 'transaction', asking);
      // What it makes is no query of the others' kind.
      if ('$count' in prototype) replace(prototype, '$count', making);
    };
    orms.esm[`${path}.js`] = makers.map(([name]) => name);
  }
}

function remembering(original: Function): Function {
  return function make(this: unknown) {
    const query = Reflect.apply(original, this, arguments);
    const from = originOf(make);
    if (from !== undefined) origins.set(query as object, from);
    return query;
  };
}

/** Loaded before the classes that copy it. */
function patchThen({ QueryPromise }: Classes): void {
  replace(
    QueryPromise!.prototype,
    'then',
    (original) =>
      function (this: object) {
        const from = origins.get(this);
        if (from === undefined) return Reflect.apply(original, this, arguments);
        return onBehalf({ ...from, began: now(), final: true }, original, this, arguments);
      },
  );
}

/** ORMs and query builders, by the packages that stand in the stack, and how each asks for many rows at once. */

/** What to write instead of a loop. `'…'` stands for the column, `id: ids` for it and its values. */
export interface MapperAdvice {
  read: string;
  write: string;
  /** Condition by many values, where queries are built with it: `.whereIn('…', values)`. */
  many?: string;
}

// The first that is in the stack counts: what is built on another comes before it.
const MAPPERS: [packages: string[], advice: MapperAdvice][] = [
  [
    ['sequelize', 'sequelize-typescript'],
    {
      read: 'load it with its parents, `include: […]` in the findAll before, or ask once with `where: { id: ids }`',
      write: 'write once: `Model.bulkCreate(rows)`, or one update or destroy with `where: { id: ids }`',
    },
  ],
  [
    ['objection'],
    {
      read: 'load it with its parents: `.withGraphFetched(…)` on the query before',
      write: 'write once: `.insert(rows)` or `.insertGraph(…)`, or one patch or delete with `.whereIn(…)`',
    },
  ],
  [
    ['bookshelf'],
    {
      read: "load it with its parents: `fetchAll({ withRelated: ['…'] })`",
      write: 'write once through knex: `.insert(rows)`, or `.whereIn(…)` before update or delete',
    },
  ],
  [
    ['typeorm'],
    {
      read: 'load it with its parents: `relations: { … }` in find(), or `leftJoinAndSelect`, or once with `In(ids)`',
      write: 'write once: `insert([…])` or `save([…])` with all rows, or one update with `In(ids)`',
    },
  ],
  [
    ['@mikro-orm/core', '@mikro-orm/knex', '@mikro-orm/sql', '@mikro-orm/postgresql', '@mikro-orm/mysql'],
    {
      read: "load it with its parents: `populate: ['…']` in the find before",
      write: 'persist in the loop, and `await em.flush()` once after it',
    },
  ],
  [
    ['drizzle-orm'],
    {
      read: 'load it with its parents, `with: { … }`, or ask once with `inArray(column, values)`',
      write: 'write once: `.values([…])` with all rows, or one statement with `inArray(column, values)`',
    },
  ],
  [
    ['@prisma/client', 'prisma'],
    {
      read: 'load it with its parents, `include: { … }`, or ask once with `where: { id: { in: ids } }`',
      write: 'write once: `createMany`, or `updateMany` with `where: { id: { in: ids } }`',
    },
  ],
  [
    ['kysely'],
    {
      many: "`.where('…', 'in', values)`",
      read: "ask once, before the loop: `.where('…', 'in', values)`",
      write: "write once: `.values([…])` with all rows, or one statement with `.where('…', 'in', values)`",
    },
  ],
  [
    ['knex'],
    {
      many: "`.whereIn('…', values)`",
      read: "ask once, before the loop: `.whereIn('…', values)`, or join",
      write: "write once: `.insert(rows)`, or one update or delete with `.whereIn('…', values)`",
    },
  ],
];

/** Advice of the first mapper that a stack has; undefined where the driver was called without one. */
export function mapperAdviceOf(packages: Set<string>): MapperAdvice | undefined {
  return MAPPERS.find(([names]) => names.some((name) => packages.has(name)))?.[1];
}

/** Condition by many values, of the query builder in a stack. Objection and Bookshelf build with knex beneath. */
export function manyCondition(packages: Set<string>, column: string): string | undefined {
  const builders = MAPPERS.filter(([names]) => names.some((name) => packages.has(name)));
  const many = builders.find(([, advice]) => advice.many !== undefined)?.[1].many;
  return many?.replace('…', column);
}

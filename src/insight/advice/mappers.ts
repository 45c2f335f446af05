/** Suggestions for ORMs and query builders, found by the packages in a call's stack. */

/** Replacement of a loop. `'…'` stands for the column, `id: ids` for the column and its values. */
export interface MapperAdvice {
  read: string;
  write: string;
  /** Condition on a column with many values, of query builders: `.whereIn('…', values)`. */
  many?: string;
}

// The first entry found in the stack wins: libraries that are built on another precede it.
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

/** Suggestions for the ORM or query builder in a stack; undefined without either. */
export function mapperAdviceOf(packages: Set<string>): MapperAdvice | undefined {
  return MAPPERS.find(([names]) => names.some((name) => packages.has(name)))?.[1];
}

/** Condition with many values of a stack's query builder; Objection and Bookshelf use knex. */
export function manyCondition(packages: Set<string>, column: string): string | undefined {
  const mappers = MAPPERS.filter(([names]) => names.some((name) => packages.has(name)));
  const many = mappers.find(([, advice]) => advice.many !== undefined)?.[1].many;
  return many?.replace('…', column);
}

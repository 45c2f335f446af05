/** What to do about a loop, in the words of the library at hand. */

import type { Call } from './calls.js';
import type { Loop } from './loops.js';

interface Advice {
  read: string;
  write: string;
}

// The first that is in the stack counts: what is built on another comes before it.
const MAPPERS: [packages: string[], advice: Advice][] = [
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
      read: "ask once, before the loop: `.where('…', 'in', values)`",
      write: "write once: `.values([…])` with all rows, or one statement with `.where('…', 'in', values)`",
    },
  ],
  [
    ['knex'],
    {
      read: "ask once, before the loop: `.whereIn('…', values)`, or join",
      write: "write once: `.insert(rows)`, or one update or delete with `.whereIn('…', values)`",
    },
  ],
];

/** Answers what to do about SQL reads in a loop; `fed` is the line of the query that fed it, `resolved` says that resolvers of GraphQL ran them. */
export function adviceForReads(loop: Loop, fed?: string, resolved = false): string {
  const call = loop.calls[0]!;
  const { packages } = call.path;
  const column = columnOf(call);
  if (packages.has('dataloader')) {
    return sentence(
      `the DataLoader gets one key at a time: load all keys in the same turn (Promise.all over \`load\`), so that its batch asks once for ${column} of all`,
    );
  }
  if (isWalk(loop)) {
    return sentence(
      `a function that calls itself walks a tree row by row: let the database walk it (\`WITH RECURSIVE\`), or ask once for each level: ${byMany(loop, column)}`,
    );
  }
  if (resolved)
    return sentence(
      `put a DataLoader into the resolver, so that all parents ask once: ${byMany(loop, column)}`,
    );
  const mapper = mapperOf(packages);
  if (mapper)
    return sentence(
      mapper.read
        .replaceAll('id: ids', `${column}: values`)
        .replaceAll("'…'", `'${column}'`)
        .replace(/(find|findAll|query) before\b/, fed ? `$1 at ${fed}` : '$1 before'),
    );
  return sentence(`ask once, before the loop: ${byMany(loop, column)}${rest(call.shape, column)}`);
}

const AGGREGATE = /^SELECT (?:count|sum|avg|min|max|array_agg|json_agg|jsonb_agg|string_agg|group_concat)\(/i;

// What a list of values asks for besides: the count of each, the newest of each.
function rest(shape: string, column: string): string {
  if (AGGREGATE.test(shape) && !shape.includes(' GROUP BY '))
    return ` and \`GROUP BY ${column}\`; then pick each answer from a Map`;
  if (/ ORDER BY .* LIMIT \?/.test(shape))
    return `, the first of each by \`row_number() OVER (PARTITION BY ${column} ORDER BY …)\` or a LATERAL join`;
  return '; then pick each row from a Map';
}

/** Answers what to do about SQL writes in a loop. */
export function adviceForWrites(loop: Loop): string {
  const call = loop.calls[0]!;
  const mapper = mapperOf(call.path.packages);
  if (mapper) return sentence(mapper.write);
  const column = columnOf(call);
  const { library } = call.span;
  if (call.verb === 'INSERT' || call.verb === 'REPLACE') {
    if (call.dialect === 'mysql')
      return sentence('insert all rows at once: `VALUES ?` with an array of rows, through query()');
    if (library === 'postgres') return sentence('insert all rows at once: `INSERT INTO …` with `sql(rows)`');
    return sentence(
      'insert all rows at once: `VALUES (…), (…)`, or `SELECT * FROM unnest($1::int[], $2::text[])`',
    );
  }
  if (call.verb === 'DELETE') return sentence(`delete all at once: ${byMany(loop, column)}`);
  const values =
    call.dialect === 'mysql'
      ? 'a `CASE`, or `INSERT … ON DUPLICATE KEY UPDATE` with all rows'
      : '`UPDATE … FROM unnest(…)`';
  return sentence(`update all at once: ${values}, or ${byMany(loop, column)} where they get the same values`);
}

/** Answers what to do about cache reads in a loop. */
export function adviceForCache(library: string, verb: string): string {
  if (library === 'memcached') return 'Ask once for all keys: `memcached.getMulti(keys, …)`.';
  if (library === 'memjs')
    return 'memjs has no call for several keys: start all reads at once (Promise.all), or keep them under one key.';
  const many = verb === 'hget' ? '`hmget`' : library === 'redis' ? '`mGet(keys)`' : '`mget(keys)`';
  return `Ask once for all keys: ${many}, or send the commands as one ${library === 'redis' ? '`multi()`' : '`pipeline()`'}.`;
}

/** Answers what to do about remote calls in a loop. */
export function adviceForRemote(kind: string, parallel: boolean): string {
  const one =
    kind === 'rpc' ? 'a function of the service that takes a list' : 'an endpoint that takes several ids';
  return parallel
    ? `Ask once, with ${one}; until there is one, limit how many run at the same time.`
    : `Ask once, with ${one}; until there is one, run the calls at the same time: \`await Promise.all(items.map(…))\`.`;
}

// Only the first call of a walk is not made from within itself.
function isWalk({ calls }: Loop): boolean {
  return calls.filter(({ path }) => path.isRecursive).length >= calls.length / 2;
}

function mapperOf(packages: Set<string>): Advice | undefined {
  return MAPPERS.find(([names]) => names.some((name) => packages.has(name)))?.[1];
}

function byMany(loop: Loop, column: string): string {
  const { span, path } = loop.calls[0]!;
  const { library } = span;
  if (path.packages.has('knex')) return `\`.whereIn('${column}', values)\``;
  if (path.packages.has('kysely')) return `\`.where('${column}', 'in', values)\``;
  if (library === 'postgres') return `\`WHERE ${column} IN\` with \`sql(values)\``;
  switch (loop.calls[0]!.dialect) {
    case 'mysql':
      return `\`WHERE ${column} IN (?)\` with an array of all values, through query()`;
    case 'sqlite':
      return `\`WHERE ${column} IN (SELECT value FROM json_each(?))\``;
    default:
      return `\`WHERE ${column} = ANY($1)\` with an array of all values`;
  }
}

/** Answers the column that a statement is asked by, as far as its text tells, as it was written. */
function columnOf({ shape, span }: Call): string {
  const where = shape.lastIndexOf(' WHERE ');
  if (where < 0) return 'id';
  const found = /([\w"`]+(?:\.[\w"`]+)*) (?:= \?|= ANY\(\?\)|IN \(\?\+\))/.exec(shape.slice(where));
  if (!found) return 'id';
  const name = found[1]!.replace(/^.*\./, '').replaceAll(/["`]/g, '');
  return new RegExp(`(?<![\\w$])${name.replaceAll('$', '\\$')}(?![\\w$])`, 'i').exec(span.name)?.[0] ?? name;
}

function sentence(text: string): string {
  return `${text[0]!.toUpperCase()}${text.slice(1)}.`;
}

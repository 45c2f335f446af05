/** Idioms for reading or writing many rows or keys at once, by SQL dialect and by library. */

import type { Dialect } from '../../domain/library.js';

/** Parts of suggestions, as text. */
export interface SqlIdiom {
  insert: string;
  update: string;
  /** Condition on a column with many values. */
  many(column: string): string;
}

export const DIALECT_IDIOMS: Record<Dialect, SqlIdiom> = {
  pg: {
    insert: '`VALUES (…), (…)`, or `SELECT * FROM unnest($1::int[], $2::text[])`',
    update: '`UPDATE … FROM unnest(…)`',
    many: (column) => `\`WHERE ${column} = ANY($1)\` with an array of all values`,
  },
  mysql: {
    insert: '`VALUES ?` with an array of rows, through query()',
    update: 'a `CASE`, or `INSERT … ON DUPLICATE KEY UPDATE` with all rows',
    many: (column) => `\`WHERE ${column} IN (?)\` with an array of all values, through query()`,
  },
  sqlite: {
    insert: '`VALUES (…), (…)`, or `SELECT … FROM json_each(?)`',
    update: '`UPDATE … FROM json_each(?)`',
    many: (column) => `\`WHERE ${column} IN (SELECT value FROM json_each(?))\``,
  },
  standard: {
    insert: '`VALUES (…), (…)`',
    update: 'a `CASE`',
    many: (column) => `\`WHERE ${column} IN (…)\` with a placeholder for each value`,
  },
};

/** Idiom of a library: its differences from the dialect, or for a cache a complete suggestion. */
interface LibraryIdiom {
  sql?: Partial<SqlIdiom>;
  cache?(verb: string): string;
}

export const adviseRedis = (verb: string) => redisSentence(verb, 'mget', 'pipeline');

export const LIBRARY_IDIOMS: Record<string, LibraryIdiom> = {
  postgres: {
    sql: {
      insert: '`INSERT INTO …` with `sql(rows)`',
      many: (column) => `\`WHERE ${column} IN\` with \`sql(values)\``,
    },
  },
  redis: { cache: (verb) => redisSentence(verb, 'mGet', 'multi') },
  memcached: { cache: () => 'Ask once for all keys: `memcached.getMulti(keys, …)`.' },
  memjs: {
    cache: () =>
      'memjs has no call for several keys: start all reads at once (Promise.all), or keep them under one key.',
  },
};

function redisSentence(verb: string, get: string, batch: string): string {
  const many = verb === 'hget' ? '`hmget`' : `\`${get}(keys)\``;
  return `Ask once for all keys: ${many}, or send the commands as one \`${batch}()\`.`;
}

/** How many things are asked for at once: the idiom of each SQL dialect, and of the libraries that have one of their own. */

import type { Dialect } from '../../domain/library.js';

/** Parts of sentences. */
export interface SqlIdiom {
  insert: string;
  update: string;
  /** Condition by many values of a column. */
  many(column: string): string;
}

export const DIALECTS: Record<Dialect, SqlIdiom> = {
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

/** A library's own idiom: for SQL what differs from its dialect's, for a cache a whole sentence by the command. */
interface LibraryIdiom {
  sql?: Partial<SqlIdiom>;
  cache?(verb: string): string;
}

export const REDIS = (verb: string) => redisSentence(verb, 'mget', 'pipeline');

export const LIBRARIES: Record<string, LibraryIdiom> = {
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

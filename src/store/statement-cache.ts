/** Cache of prepared statements whose SQL is composed at run time. */

import type { Database, Statement } from './database.js';

/** Statements per connection. */
const MAX_STATEMENTS = 64;

const caches = new WeakMap<Database, Map<string, Statement>>();

/** Statement of a SQL text, prepared once per connection. */
export function cachedStatement(db: Database, sql: string): Statement {
  let cache = caches.get(db);
  if (!cache) caches.set(db, (cache = new Map()));
  let statement = cache.get(sql);
  if (!statement) {
    if (cache.size >= MAX_STATEMENTS) cache.clear();
    cache.set(sql, (statement = db.prepare(sql)));
  }
  return statement;
}

/** Statements made as they are needed, kept ready by their text. */

import type { Database, Statement } from 'better-sqlite3';

/** Statements kept ready for each connection. */
const KEPT = 64;

const known = new WeakMap<Database, Map<string, Statement>>();

/** Answers the statement of a text, prepared once. */
export function cachedStatement(db: Database, sql: string): Statement {
  let ready = known.get(db);
  if (!ready) known.set(db, (ready = new Map()));
  let statement = ready.get(sql);
  if (!statement) {
    if (ready.size >= KEPT) ready.clear();
    ready.set(sql, (statement = db.prepare(sql)));
  }
  return statement;
}

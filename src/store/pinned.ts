/** Databases and statements of better-sqlite3 that are never garbage-collected. */

import type { Database, Options, Statement } from 'better-sqlite3';

type Sqlite = new (path: string, options: Options) => Database;

/**
 * References that prevent collection: where better-sqlite3 was compiled for Node 24, a collected
 * native object ends the process, because its destructor needs a Node environment and there is none
 * during garbage collection.
 */
const pinned = new Set<object>();

/** Opens a database whose statements, also those of pragmas, live as long as the process. */
export function openPinned(Sqlite: Sqlite, path: string, options: Options): Database {
  const db = new Sqlite(path, options);
  const { prepare } = db;
  const pragmas = new Map<string, Statement>();
  const preparePinned = (sql: string) => {
    const statement = prepare.call(db, sql);
    pinned.add(statement);
    return statement;
  };
  const pragma = (source: string, { simple = false } = {}) => {
    // Some pragmas take effect when they are prepared: a cached statement would apply them only
    // once.
    if (!simple) return void db.exec(`PRAGMA ${source}`);
    const statement = pragmas.get(source) ?? preparePinned(`PRAGMA ${source}`).pluck();
    pragmas.set(source, statement);
    return statement.get();
  };
  pinned.add(db);
  return Object.assign(db, { prepare: preparePinned, pragma });
}

/** Keeps what better-sqlite3 hands out from ever being collected. */

import type { Database, Options, Statement } from 'better-sqlite3';

type Sqlite = new (path: string, options: Options) => Database;

/**
 * A native object that V8 collects ends the process where better-sqlite3 was compiled for Node 24: its destructor asks for
 * an environment that there is none of while memory is collected. There are few of them, so that none is let go.
 */
const kept = new Set<object>();

/** Answers an open database whose statements, and those of its pragmas, live as long as the process. */
export function openPinned(Sqlite: Sqlite, path: string, options: Options): Database {
  const db = new Sqlite(path, options);
  const { prepare } = db;
  const asked = new Map<string, Statement>();
  const keep = (sql: string) => {
    const statement = prepare.call(db, sql);
    kept.add(statement);
    return statement;
  };
  const pragma = (source: string, { simple = false } = {}) => {
    // Some are obeyed when they are prepared, and would be only once by a statement that is kept.
    if (!simple) return void db.exec(`PRAGMA ${source}`);
    const statement = asked.get(source) ?? keep(`PRAGMA ${source}`).pluck();
    asked.set(source, statement);
    return statement.get();
  };
  kept.add(db);
  return Object.assign(db, { prepare: keep, pragma });
}

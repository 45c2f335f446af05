/** Opens the store: the one way in, for who writes and for who reads. */

import { existsSync } from 'node:fs';
import { Connection, type SqliteOptions } from './connection.js';
import { explainStoreError, isMissingBinding } from './error-messages.js';
import { databasePath } from './location.js';
import { MemoryStore } from './memory.js';
import { PageReader } from './page-reader.js';
import { openPinned } from './pinned.js';
import { SqliteStore } from './sqlite.js';
import { type Sampling, type Store, StoreError } from './store.js';

/** Which store, and how much it keeps. */
export interface OpenOptions extends Sampling {
  /** The database's file, when the user named one. */
  db?: string | undefined;
  /** Where the command was given; the project is looked for from here. */
  cwd: string;
  /** ms that a trace is kept; 24 h unless said. */
  ttl?: number | undefined;
  /** Bytes that the database may take; 512 MB unless said. */
  maxSize?: number | undefined;
  /** For commands that only look: nothing is made, and what cannot be read is an error. */
  readonly?: boolean | undefined;
}

export const TTL = 24 * 3600 * 1000;
export const MAX_SIZE = 512 * 1024 * 1024;
const MAX_MEMORY = 64 * 1024 * 1024;

/**
 * Answers the project's store. Who writes always gets one: where the file cannot be had, it is kept in memory and `warn`
 * is told why, once. Who reads gets a StoreError then.
 */
export async function openStore(options: OpenOptions, warn: (message: string) => void): Promise<Store> {
  const { ttl = TTL, maxSize = MAX_SIZE, readonly = false, tally, run, describe } = options;
  const accounting = { ...(tally && { tally }), ...(run && { run }), ...(describe && { describe }) };
  const path = databasePath(options.db, options.cwd);
  if (readonly && !existsSync(path)) throw new StoreError(nothingAt(path, options.db));
  try {
    return new SqliteStore({ connect: await connector(), path, ttl, maxSize, readonly, warn, ...accounting });
  } catch (error) {
    const reason = isMissingBinding(error) ? missingBinding() : explainStoreError(error, path);
    if (readonly || !(reason instanceof StoreError)) throw reason;
    warn(
      `${reason.message} Until then requests are kept in memory only, and other terminals do not see them.`,
    );
    return new MemoryStore({ ttl, maxSize: Math.min(maxSize, MAX_MEMORY), ...accounting });
  }
}

/** Answers a reader for a browser over the project's store; throws a StoreError when there is none. */
export async function openReader(options: OpenOptions, warn: (message: string) => void): Promise<PageReader> {
  const { ttl = TTL, maxSize = MAX_SIZE, describe } = options;
  const path = databasePath(options.db, options.cwd);
  if (!existsSync(path)) throw new StoreError(nothingAt(path, options.db));
  try {
    return new PageReader(
      new Connection({ connect: await connector(), path, ttl, maxSize, readonly: true, warn }),
      describe,
    );
  } catch (error) {
    throw isMissingBinding(error) ? missingBinding() : explainStoreError(error, path);
  }
}

async function connector(): Promise<SqliteOptions['connect']> {
  const { default: Sqlite } = await import('better-sqlite3');
  return (path, options) => openPinned(Sqlite, path, options);
}

function nothingAt(path: string, named: string | undefined): string {
  return named
    ? `There is no database at ${path}. Record some requests there:  scooby run --db ${named} -- node app.js`
    : 'Nothing has been recorded in this project yet. Start your app under scooby and send it a request:  scooby run -- node app.js';
}

function missingBinding(): StoreError {
  return new StoreError(
    'The SQLite module is not built for this Node (npm may have blocked its install script). ' +
      'Mend it with `npm rebuild better-sqlite3`, or install it with `--allow-scripts=better-sqlite3`.',
  );
}

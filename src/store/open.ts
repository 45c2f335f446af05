/** Opens a project's store for commands and for the browser. */

import { existsSync } from 'node:fs';
import { Connection } from './connection.js';
import { databaseOpener } from './connector.js';
import { explainStoreError } from './error-messages.js';
import { databasePath } from './location.js';
import { MemoryStore } from './memory.js';
import { PageReader } from './page-reader.js';
import { SqliteStore } from './sqlite.js';
import { type Sampling, type Store, StoreError } from './store.js';

/** A store on another machine, or for several. */
export interface SharedStore {
  /** redis://…, with its password. */
  url: string;
  /** Name of the project that hosts share. */
  project: string;
  /** Stores the values of calls, too. */
  keepsValues?: boolean;
}

/** Options for opening a project's store. */
export interface OpenOptions extends Sampling {
  /** Instead of the database. */
  shared?: SharedStore | undefined;
  /** Path of the database, if the user passed one. */
  db?: string | undefined;
  /** Working directory of the command; the project is searched from here upwards. */
  cwd: string;
  /** Time to live of a trace in ms; 24 h by default. */
  ttl?: number | undefined;
  /** Approximate limit of the database's size in bytes; 512 MB by default. */
  maxSize?: number | undefined;
  /** For commands that only read: nothing is created, and an unreadable database is an error. */
  readonly?: boolean | undefined;
  /** ms that a save waits for another process's lock; 5 s by default. */
  lockTimeout?: number | undefined;
}

export const DEFAULT_TTL_MS = 24 * 3600 * 1000;
/** Of a shared store, which holds it in memory. */
const DEFAULT_SHARED_TTL_MS = 600_000;
const DEFAULT_SHARED_SIZE = 128 * 1024 * 1024;
export const DEFAULT_MAX_SIZE = 512 * 1024 * 1024;
/** Bytes of the store in memory. */
const MAX_MEMORY = 64 * 1024 * 1024;

/**
 * Opens the project's store. When the file cannot be used, a writer gets a store in memory, and
 * `warn` receives the reason; with `readonly` a StoreError is thrown.
 */
export async function openStore(options: OpenOptions, warn: (message: string) => void): Promise<Store> {
  if (options.shared !== undefined) return openShared(options, options.shared, warn);
  const {
    ttl = DEFAULT_TTL_MS,
    maxSize = DEFAULT_MAX_SIZE,
    readonly = false,
    lockTimeout,
    samplesOf,
    run,
    describe,
    emptied,
  } = options;
  const sampling = {
    ...(samplesOf && { samplesOf }),
    ...(run && { run }),
    ...(describe && { describe }),
    ...(emptied && { emptied }),
  };
  const path = databasePath(options.db, options.cwd);
  if (readonly && !existsSync(path)) throw new StoreError(noDatabaseMessage(path, options.db));
  try {
    const connect = await databaseOpener();
    return new SqliteStore({ connect, path, ttl, maxSize, readonly, lockTimeout, warn, ...sampling });
  } catch (error) {
    const reason = explainStoreError(error, path);
    if (readonly || !(reason instanceof StoreError)) throw reason;
    warn(
      `${reason.message} Until then requests are kept in memory only: scooby list, show and ui find them there while this runs.`,
    );
    return new MemoryStore({ ttl, maxSize: Math.min(maxSize, MAX_MEMORY), ...sampling });
  }
}

/**
 * Opens the project's database for the browser; throws a StoreError when there is none or it cannot
 * be read.
 */
export async function openReader(options: OpenOptions, warn: (message: string) => void): Promise<PageReader> {
  const { ttl = DEFAULT_TTL_MS, maxSize = DEFAULT_MAX_SIZE, describe } = options;
  const path = databasePath(options.db, options.cwd);
  if (!existsSync(path)) throw new StoreError(noDatabaseMessage(path, options.db));
  try {
    return new PageReader(
      new Connection({ connect: await databaseOpener(), path, ttl, maxSize, readonly: true, warn }),
      describe,
    );
  } catch (error) {
    throw explainStoreError(error, path);
  }
}

async function openShared(
  { ttl = DEFAULT_SHARED_TTL_MS, maxSize = DEFAULT_SHARED_SIZE, readonly = false, ...sampling }: OpenOptions,
  { url, project, keepsValues = false }: SharedStore,
  warn: (message: string) => void,
): Promise<Store> {
  // Loaded on demand: the driver is of no use to those that store in a file.
  const [{ RedisStore }, { parseStoreUrl }] = await Promise.all([
    import('./redis/redis-store.js'),
    import('./redis/store-url.js'),
  ]);
  const { samplesOf, run, describe } = sampling;
  return RedisStore.open({
    ...{ address: parseStoreUrl(url), project, ttl, maxSize, readonly, keepsValues, warn },
    ...{ ...(samplesOf && { samplesOf }), ...(run && { run }), ...(describe && { describe }) },
  });
}

function noDatabaseMessage(path: string, db: string | undefined): string {
  return db
    ? `There is no database at ${path}. Record some requests there:  scooby run --db ${db} -- node app.js`
    : 'Nothing has been recorded in this project yet. Start your app under scooby and send it a request:  scooby run -- node app.js';
}

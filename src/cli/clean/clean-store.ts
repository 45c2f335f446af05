/** Removal of what was recorded: rows of a file that is in use, whole files of one that is not, keys of a shared store. */

import { existsSync, rmdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { livingRuns } from '../../control/client.js';
import { databasePath } from '../../store/location.js';
import { openStore, type SharedStore } from '../../store/open.js';
import { parseStoreUrl } from '../../store/redis/store-url.js';
import { filesBeside } from '../../store/schema-copy.js';
import type { RunSummary, Store } from '../../store/store.js';
import { formatAge } from '../../terminal/age.js';
import { printRemark } from '../output.js';
import { type StorePlace, sharedStoreOf } from '../select/shared-store.js';

/** The store that is cleaned. */
export interface PlaceToClean {
  /** For people: a path, or a URL without its password. */
  shown: string;
  database: string;
  shared: SharedStore | undefined;
}

/** What was removed. */
export interface Cleaned {
  place: string;
  requests: number;
  runs: number;
  /** Missing of a shared store, which does not say. */
  bytes?: number;
}

const MAX_RUNS = 1_000_000;
/** ms for which a shared store counts as in use after its newest request. */
const IN_USE_MS = 120_000;

/** Where a command's options point to. */
export function storeToClean(place: StorePlace, cwd: string): PlaceToClean {
  const shared = sharedStoreOf(place, cwd);
  const database = databasePath(place.db, cwd);
  return { shown: shared ? parseStoreUrl(shared.url).shown : database, database, shared };
}

/** Runs with stored requests, newest first; undefined where there is no database. */
export async function knownRuns(place: PlaceToClean): Promise<RunSummary[] | undefined> {
  if (!place.shared && !existsSync(place.database)) return undefined;
  return withOpen(place, true, (store) => store.runs(MAX_RUNS));
}

/** Sentences on what others do with the store now. */
export async function usesOf(place: PlaceToClean): Promise<string[]> {
  if (!place.shared)
    return livingRuns(place.database)
      .filter(({ keptIn }) => keptIn === undefined)
      .map(
        ({ pid }) =>
          `scooby run (pid ${pid}) records to it now: what it has stored so far is removed as well, what comes is kept.`,
      );
  return withOpen(place, true, async (store) => {
    const [newest] = await store.recent({}, 1);
    const age = newest ? Date.now() - newest.start : Number.POSITIVE_INFINITY;
    if (age > IN_USE_MS) return [];
    const hosts = [...new Set((await store.runs(MAX_RUNS)).flatMap(({ host }) => host ?? []))];
    return [
      `Others may be using it: its newest request is ${formatAge(newest!.start, Date.now())} old (hosts: ${hosts.join(', ')}).`,
    ];
  });
}

/** Removes runs, or all; `known` are the runs that there are. */
export async function cleanStore(
  place: PlaceToClean,
  runs: number[] | 'all',
  known: RunSummary[],
): Promise<Cleaned> {
  const count = runs === 'all' ? known.length : runs.length;
  if (place.shared) {
    const requests = await withOpen(place, true, (store) => store.remove(runs));
    return { place: place.shown, requests, runs: count };
  }
  const { database } = place;
  const before = bytesOf(database);
  const isWhole = runs === 'all' && livingRuns(database).length === 0;
  const requests = isWhole
    ? known.reduce((sum, run) => sum + run.requests, 0)
    : await withOpen(place, false, (store) => store.remove(runs));
  if (isWhole) removeFiles(database);
  return { place: place.shown, requests, runs: count, bytes: Math.max(0, before - bytesOf(database)) };
}

/**
 * Removes all requests from a store that others go on reading and writing; resolves to how many there
 * were.
 */
export function emptyStore(place: PlaceToClean): Promise<number> {
  return withOpen(place, place.shared !== undefined, (store) => store.remove('all'));
}

function bytesOf(database: string): number {
  return filesBeside(database).reduce((sum, { bytes }) => sum + bytes, 0);
}

/** The database with its copies, and the folder that scooby has made for it. */
function removeFiles(database: string): void {
  for (const { file } of filesBeside(database)) rmSync(file, { force: true });
  const folder = dirname(database);
  // On Linux even the folder that a shell is in can be removed.
  if (folder === process.cwd()) return;
  try {
    rmdirSync(folder);
  } catch {
    // It holds files of others.
  }
}

async function withOpen<T>(
  { database, shared }: PlaceToClean,
  readonly: boolean,
  work: (store: Store) => Promise<T>,
): Promise<T> {
  const cwd = process.cwd();
  // Its size is no reason to remove more than was asked for.
  const file = { db: database, maxSize: Number.MAX_SAFE_INTEGER };
  const store = await openStore({ ...(shared ? { shared } : file), cwd, readonly }, printRemark);
  try {
    return await work(store);
  } finally {
    store.close();
  }
}

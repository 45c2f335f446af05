/** Options and store access of the commands that read the store. */

import type { Command } from 'commander';
import { connectToRun, livingRuns } from '../../control/client.js';
import { RunStore } from '../../control/run-store.js';
import type { StoredFeed } from '../../feed/feed.js';
import { StoreFeed } from '../../feed/store-feed.js';
import { SummaryFeed } from '../../feed/summary-feed.js';
import { describeStored } from '../../insight/calls/describe.js';
import { databasePath } from '../../store/location.js';
import { openReader, openStore } from '../../store/open.js';
import type { StoreReader } from '../../store/store.js';
import { printRemark } from '../output.js';
import { rejectMissingStore } from './missing-store.js';

/** Where a command reads. */
export interface StorePlace {
  db?: string;
}

/** Options of every command that reads the store. */
export interface StoreFlags extends StorePlace {
  color?: boolean;
  json?: boolean;
}

/** Adds --db and --no-color to a command. */
export function addStoreOptions(command: Command): Command {
  return command
    .option('--db <file>', "database to read (default: SCOOBY_DB, else this project's)")
    .option('--no-color', 'no colours (also: NO_COLOR=1)');
}

/**
 * Runs `work` with the store opened for reading, and closes the store afterwards. Throws a
 * StoreError when it cannot be opened.
 */
export async function withStore<T>(
  place: StorePlace,
  work: (store: StoreReader) => T | Promise<T>,
): Promise<T> {
  const store = await openForReading(place);
  try {
    return await work(store);
  } finally {
    store.close();
  }
}

async function openForReading(place: StorePlace): Promise<StoreReader> {
  const other = await storeWithoutFile(place);
  if (other !== undefined) return other;
  const cwd = process.cwd();
  rejectMissingStore(place.db, cwd);
  return openStore({ db: place.db, cwd, readonly: true, describe: describeStored }, printRemark);
}

/** Feed of the store for the browser. Throws a StoreError when it cannot be opened. */
export async function openFeed(place: StorePlace): Promise<StoredFeed> {
  const other = await storeWithoutFile(place);
  if (other !== undefined) return SummaryFeed.open(other);
  const cwd = process.cwd();
  const options = { db: place.db, cwd, describe: describeStored };
  return new StoreFeed(await openReader(options, printRemark), databasePath(place.db, cwd));
}

/** A store that is no file; undefined where the requests are in the database. */
export async function storeWithoutFile({ db }: StorePlace): Promise<StoreReader | undefined> {
  return memoryOfRun(databasePath(db, process.cwd()));
}

/** Memory of the newest run of a database, where it keeps its requests there. */
async function memoryOfRun(database: string): Promise<StoreReader | undefined> {
  const [newest] = livingRuns(database);
  if (newest?.keptIn !== 'memory') return undefined;
  const control = await connectToRun(database, newest.id);
  return control && new RunStore(control);
}

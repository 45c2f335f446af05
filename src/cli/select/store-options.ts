/** Options and store access of the commands that read the store. */

import type { Command } from 'commander';
import { connectToRun, type LivingRun, livingRuns } from '../../control/client.js';
import { RunStore } from '../../control/run-store.js';
import type { StoredFeed } from '../../feed/feed.js';
import { StoreFeed } from '../../feed/store-feed.js';
import { SummaryFeed } from '../../feed/summary-feed.js';
import { describeStored } from '../../insight/calls/describe.js';
import { samplesOf } from '../../insight/metrics/samples.js';
import { databasePath } from '../../store/location.js';
import { openReader, openStore } from '../../store/open.js';
import { StoreError, type StoreReader } from '../../store/store.js';
import { printRemark } from '../output.js';
import { rejectMissingStore } from './missing-store.js';
import { recoverKilledRuns } from './recover-killed-runs.js';
import { type StorePlace, sharedStoreOf } from './shared-store.js';

/** Options of every command that reads the store. */
export interface StoreFlags extends StorePlace {
  color?: boolean;
  json?: boolean;
}

/** Description of --store in every command. */
export const STORE_OPTION =
  'shared store: redis://host/0, rediss://, redis+sentinel://, redis+cluster:// (default: SCOOBY_STORE)';

/** Adds --db, --store and --no-color to a command. */
export function addStoreOptions(command: Command): Command {
  return command
    .option('--db <file>', "database to read (default: SCOOBY_DB, else this project's)")
    .option('--store <url>', STORE_OPTION)
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
  await recoverKilledRuns(place.db);
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

/** Whether the requests are in the database, rather than on another machine or in the memory of a run. */
export function readsFile(place: StorePlace): boolean {
  const cwd = process.cwd();
  if (sharedStoreOf(place, cwd) !== undefined) return false;
  return !isOfRun(livingRuns(databasePath(place.db, cwd))[0], place);
}

/** A store that is no file; undefined where the requests are in the database. */
export async function storeWithoutFile(place: StorePlace): Promise<StoreReader | undefined> {
  const cwd = process.cwd();
  const database = databasePath(place.db, cwd);
  const shared = sharedStoreOf(place, cwd);
  if (shared === undefined) return storeOfRun(database, (run) => isOfRun(run, place));
  try {
    return await openStore({ shared, cwd, readonly: true, describe: describeStored, samplesOf }, printRemark);
  } catch (error) {
    const memory = error instanceof StoreError ? await storeOfRun(database, isShared) : undefined;
    if (memory === undefined) throw error;
    printRemark(`${(error as StoreError).message} These requests are from the ${memory.place}.`);
    return memory;
  }
}

/**
 * Whether a run that goes on is read where no store is named: a file that is named is meant, but what goes
 * to a shared store would else be found by those only who know its URL.
 */
function isOfRun(run: LivingRun | undefined, { db, attached }: StorePlace): boolean {
  return run?.keptIn === 'memory' || (isShared(run) && (db === undefined || attached === true));
}

function isShared(run: LivingRun | undefined): boolean {
  return run?.keptIn === 'shared';
}

/** Store of the newest run of a database, through the run itself, where it is one that is looked for. */
async function storeOfRun(
  database: string,
  isMeant: (run: LivingRun) => boolean,
): Promise<StoreReader | undefined> {
  const [newest] = livingRuns(database);
  if (newest === undefined || !isMeant(newest)) return undefined;
  const control = await connectToRun(database, newest.id);
  return control && new RunStore(control);
}

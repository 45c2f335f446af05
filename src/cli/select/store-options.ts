/** Options and store access of the commands that read the store. */

import type { Command } from 'commander';
import { describeStored } from '../../insight/calls/describe.js';
import { openStore } from '../../store/open.js';
import type { StoreReader } from '../../store/store.js';
import { printRemark } from '../output.js';
import { rejectMissingStore } from './missing-store.js';
import { recoverKilledRuns } from './recover-killed-runs.js';

/** Options of every command that reads the store. */
export interface StoreFlags {
  db?: string;
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
  flags: StoreFlags,
  work: (store: StoreReader) => T | Promise<T>,
): Promise<T> {
  rejectMissingStore(flags.db, process.cwd());
  await recoverKilledRuns(flags.db);
  const options = { db: flags.db, cwd: process.cwd(), readonly: true, describe: describeStored };
  const store = await openStore(options, printRemark);
  try {
    return await work(store);
  } finally {
    store.close();
  }
}

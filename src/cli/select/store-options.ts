/** What the commands that read the store have in common. */

import type { Command } from 'commander';
import { describeStored } from '../../insight/calls/describe.js';
import { openStore } from '../../store/open.js';
import type { Store } from '../../store/store.js';
import { printRemark } from '../output.js';

/** The options that every reading command takes. */
export interface StoreFlags {
  db?: string;
  color?: boolean;
  json?: boolean;
}

/** Adds those options to a command. */
export function addStoreOptions(command: Command): Command {
  return command
    .option('--db <file>', "the database to read, instead of this project's")
    .option('--no-color', 'no colours; so does NO_COLOR=1');
}

/** Opens the store for reading, hands it to `work`, and closes it whatever happens. Throws a StoreError when there is none. */
export async function withStore<T>(flags: StoreFlags, work: (store: Store) => T): Promise<T> {
  const options = { db: flags.db, cwd: process.cwd(), readonly: true, describe: describeStored };
  const store = await openStore(options, printRemark);
  try {
    return work(store);
  } finally {
    store.close();
  }
}

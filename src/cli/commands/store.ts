/** `scooby store`: where requests are stored, how many, how large, and since when. */

import { existsSync, statSync } from 'node:fs';
import type { Command } from 'commander';
import { formatBytes, formatCount, terminalSafeJson } from '../../domain/text.js';
import type { StoreReader } from '../../store/store.js';
import { formatAge } from '../../terminal/age.js';
import { cleanText } from '../../terminal/cells.js';
import { outputFormat, printDocument, printLines } from '../output.js';
import { addStoreOptions, type StoreFlags, withStore } from '../select/store-options.js';

/** What is known of a store. */
export interface StoreFacts {
  /** Path, URL without its password, or a phrase. */
  place: string;
  requests: number;
  runs: number;
  /** Start of the oldest run with stored requests (epoch ms). */
  oldest?: number;
  /** Of a file. */
  bytes?: number;
}

/** Adds the command to the program. */
export function registerStore(program: Command): void {
  const command = program
    .command('store')
    .description('show where requests are stored, how many, how large, and since when')
    .option('--json', 'one JSON object')
    .addHelpText(
      'after',
      `
Examples:
  scooby store
  scooby store --store redis://cache.internal:6379/0
  scooby store --json | jq .bytes`,
    )
    .action((flags: StoreFlags) =>
      withStore(flags, async (store) => {
        const [facts, format] = [await storeFacts(store), outputFormat(flags)];
        if (flags.json) printDocument([terminalSafeJson(facts, 2)]);
        else printLines(storeLines(facts, format.now), format);
      }),
    );
  addStoreOptions(command);
}

const MAX_RUNS = 1_000_000;

/** Facts of an open store. */
export async function storeFacts(store: StoreReader): Promise<StoreFacts> {
  const { place } = store;
  const runs = await store.runs(MAX_RUNS);
  const oldest = runs.length > 0 ? Math.min(...runs.map(({ start }) => start)) : undefined;
  const bytes = bytesOf(place);
  return {
    place,
    requests: runs.reduce((sum, { requests }) => sum + requests, 0),
    runs: runs.length,
    ...(oldest !== undefined && { oldest }),
    ...(bytes !== undefined && { bytes }),
  };
}

/** The facts in a line each. */
export function storeLines({ place, requests, runs, oldest, bytes }: StoreFacts, now: number): string[] {
  const since = oldest === undefined ? '' : `, the oldest began ${formatAge(oldest, now)} ago`;
  return [
    cleanText(place),
    `${formatCount(requests, 'request')} of ${formatCount(runs, 'run')}${since}`,
    ...(bytes === undefined ? [] : [formatBytes(bytes)]),
  ];
}

/** Bytes of a database with its log; undefined where the store is no file. */
function bytesOf(path: string): number | undefined {
  const files = [path, `${path}-wal`].filter((file) => existsSync(file));
  return files.length === 0 ? undefined : files.reduce((sum, file) => sum + statSync(file).size, 0);
}

/** `scooby runs`: the runs with stored requests. */

import type { Command } from 'commander';
import { parseCount } from '../config/units.js';
import { outputFormat, printDocument, printLines, printRemark } from '../output.js';
import { remarkLosses } from '../print/losses.js';
import { DEFAULT_LIMIT, firstRows, printMore } from '../print/more-rows.js';
import { storedRunJson, storedRunLines, storedRuns } from '../print/runs.js';
import { addStoreOptions, type StoreFlags, withStore } from '../select/store-options.js';

type RunsFlags = StoreFlags & { limit: number };

/** Adds the command to the program. */
export function registerRuns(program: Command): void {
  const command = program
    .command('runs')
    .description('list the runs with stored requests, newest first: when, command, requests, findings, size')
    .option('-n, --limit <count>', 'maximum number of rows', parseCount, DEFAULT_LIMIT)
    .option('--json', 'one JSON object per line; docs/trace.md describes it')
    .addHelpText(
      'after',
      `
The number of a run chooses its requests in other commands. Numbers are not used again.

Examples:
  scooby runs
  scooby list --run 12           the requests of run 12; last, previous, last~2: the newest and those before
  scooby top --run last --by finding
  scooby diff --runs 12 last
  scooby report --run 12 -o report.html
  scooby clean --run 12`,
    )
    .action((flags: RunsFlags) =>
      withStore(flags, async (store) => {
        const format = outputFormat(flags);
        const { rows, more } = firstRows(await storedRuns(store, flags.limit + 1), flags.limit);
        if (flags.json) printDocument(storedRunJson(rows));
        else if (rows.length === 0) printRemark('No run has stored requests.');
        else printLines(storedRunLines(rows, format), format);
        printMore(more, flags.limit, flags.json, format);
        await remarkLosses(store);
      }),
    );
  addStoreOptions(command);
}

/** `scooby clean`: removes what was recorded, of some runs or of all. */

import type { Command } from 'commander';
import { UserError } from '../../domain/errors.js';
import { formatBytes, formatCount, terminalSafeJson } from '../../domain/text.js';
import type { RunSummary } from '../../store/store.js';
import { cleanText } from '../../terminal/cells.js';
import { type Cleaned, cleanStore, knownRuns, storeToClean, usesOf } from '../clean/clean-store.js';
import { parseCount, parseDuration } from '../config/units.js';
import { confirm } from '../confirm.js';
import { printDocument, printRemark } from '../output.js';
import { chooseRunOf } from '../select/run.js';
import { addStoreOptions, type StoreFlags } from '../select/store-options.js';

interface CleanFlags extends StoreFlags {
  run?: string[];
  keep?: number;
  older?: number;
  yes?: boolean;
}

/** Adds the command to the program. */
export function registerClean(program: Command): void {
  const command = program
    .command('clean')
    .description('remove what was recorded in this project: all of it, or some runs')
    .option('--run <runs>', 'only these runs: 12, last, 3,5,7', (text) => text.split(','))
    .option('--keep <count>', 'all runs but the newest', parseKept)
    .option('--older <time>', 'only runs that began longer ago: 7d, 12h', parseDuration)
    .option('-y, --yes', 'without asking')
    .option('--json', 'what was removed, as one JSON object')
    .addHelpText(
      'after',
      `
Requests expire by themselves after a day (--ttl of scooby run). Copies of the database that were kept when a newer
version changed its format, or because they were damaged, are removed with all.

Examples:
  scooby clean                  all requests of this project, after a question
  scooby clean --keep 3 --yes   all but the newest three runs
  scooby clean --older 12h
  scooby clean --store redis://cache.internal/0   the requests of this project there, of all hosts

Exit codes: 0; 1 when nothing was removed because it was not agreed to, or the store cannot be read; 2 wrong usage.`,
    )
    .action(clean);
  addStoreOptions(command);
}

function parseKept(text: string): number {
  return text === '0' ? 0 : parseCount(text);
}

async function clean(flags: CleanFlags): Promise<void> {
  const chosen = [flags.run, flags.keep, flags.older].filter((flag) => flag !== undefined);
  if (chosen.length > 1) throw new UserError('--run, --keep and --older choose runs: leave all but one out.');
  const place = storeToClean(flags, process.cwd());
  const known = await knownRuns(place);
  if (known === undefined) return tell({ place: place.shown, requests: 0, runs: 0, bytes: 0 }, flags);
  const runs = chosen.length === 0 ? 'all' : runsToRemove(known, flags, Date.now());
  const doomed = runs === 'all' ? known : runs;
  if (runs !== 'all' && doomed.length === 0) return tell({ place: place.shown, requests: 0, runs: 0 }, flags);
  for (const use of await usesOf(place)) printRemark(use);
  if (!(await isAgreed(place.shown, doomed, flags.yes === true)))
    throw new UserError('Nothing was removed.', 1);
  const numbers = runs === 'all' ? runs : runs.map(({ number }) => number);
  tell(await cleanStore(place, numbers, known), flags);
}

/** Runs that the options choose. Throws a UserError (exit 1) for one that does not exist. */
export function runsToRemove(
  known: RunSummary[],
  { run, keep, older }: Pick<CleanFlags, 'run' | 'keep' | 'older'>,
  now: number,
): RunSummary[] {
  if (run !== undefined) return [...new Set(run.map((wanted) => chooseRunOf(known, wanted)))];
  if (keep !== undefined) return known.slice(keep);
  return known.filter(({ start }) => start < now - older!);
}

async function isAgreed(place: string, runs: RunSummary[], isYes: boolean): Promise<boolean> {
  if (isYes) return true;
  const requests = runs.reduce((sum, run) => sum + run.requests, 0);
  const what = `${formatCount(requests, 'request')} of ${formatCount(runs.length, 'run')}`;
  return confirm(`remove ${what} from ${cleanText(place)}?`);
}

function tell(cleaned: Cleaned, { json }: CleanFlags): void {
  if (json) return printDocument([terminalSafeJson(cleaned, 2)]);
  printDocument([cleanedText(cleaned)]);
}

/** `removed 240 requests of 12 runs from …: 3.2 MB freed`. */
export function cleanedText({ place, requests, runs, bytes = 0 }: Cleaned): string {
  if (requests + runs + bytes === 0) return `${cleanText(place)}: there was nothing to remove`;
  const freed = bytes > 0 ? `, ${formatBytes(bytes)} freed` : '';
  return `${cleanText(place)}: ${formatCount(requests, 'request')} of ${formatCount(runs, 'run')} removed${freed}`;
}

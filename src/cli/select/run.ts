/** Runs selected on a command line: a number, `last`, `previous`, `last~2`, `-2`. */

import { UserError } from '../../domain/errors.js';
import { escapeToOneLine } from '../../domain/text.js';
import type { RunSummary, StoreReader } from '../../store/store.js';
import { parseNewestPosition } from './request.js';

const MAX_RUNS = 1_000_000;

/**
 * Two runs to compare, by default the previous and the last one. Throws a UserError (exit 1) when a
 * run does not exist.
 */
export async function chooseRuns(
  store: StoreReader,
  before = 'previous',
  after = 'last',
): Promise<[before: RunSummary, after: RunSummary]> {
  const runs = await store.runs(MAX_RUNS);
  return [chooseRecordedRunOf(runs, before), chooseRecordedRunOf(runs, after)];
}

/** As `chooseRun`; files that were imported are no `last` or `previous`, as they count in no figure. */
export async function chooseRecordedRun(store: StoreReader, wanted: string): Promise<RunSummary> {
  return chooseRecordedRunOf(await store.runs(MAX_RUNS), wanted);
}

function chooseRecordedRunOf(runs: RunSummary[], wanted: string): RunSummary {
  const isNumber = /^#?\d+$/.test(wanted);
  const recorded = runs.filter(({ command }) => !command.startsWith('scooby import '));
  return chooseRunOf(isNumber || recorded.length === 0 ? runs : recorded, wanted);
}

/** The run that is named, of a store. Throws a UserError (exit 1) where there is none. */
export async function chooseRun(store: StoreReader, wanted: string): Promise<RunSummary> {
  return chooseRunOf(await store.runs(MAX_RUNS), wanted);
}

/** The run that is named, of these, the newest first. Throws a UserError (exit 1) where there is none. */
export function chooseRunOf(runs: RunSummary[], wanted: string): RunSummary {
  const position = wanted === 'previous' ? 2 : parseNewestPosition(wanted);
  const run =
    position === undefined
      ? runs.find(({ number }) => `${number}` === wanted.replace(/^#/, ''))
      : runs[position - 1];
  if (run) return run;
  const stored = runs.length === 1 ? 'one run is' : `${runs.length === 0 ? 'no' : runs.length} runs are`;
  throw new UserError(
    `There is no run ${escapeToOneLine(wanted)}: ${stored} stored. List them:  scooby runs`,
    1,
  );
}

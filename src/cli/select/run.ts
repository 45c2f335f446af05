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
  return [chooseRun(runs, before), chooseRun(runs, after)];
}

function chooseRun(runs: RunSummary[], wanted: string): RunSummary {
  const position = wanted === 'previous' ? 2 : parseNewestPosition(wanted);
  const run =
    position === undefined
      ? runs.find(({ number }) => `${number}` === wanted.replace(/^#/, ''))
      : runs[position - 1];
  if (run) return run;
  const stored = runs.length === 1 ? 'one run is' : `${runs.length === 0 ? 'no' : runs.length} runs are`;
  throw new UserError(
    `There is no run ${escapeToOneLine(wanted)}: ${stored} stored. List them:  scooby list --by run`,
    1,
  );
}

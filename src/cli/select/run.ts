/** Finds the runs that a command line means: a number, `last`, `previous`, `last~2`, `-2`. */

import { UserError } from '../../domain/errors.js';
import { escapeToOneLine } from '../../domain/text.js';
import type { RunSummary, Store } from '../../store/store.js';
import { parseNewestPosition } from './request.js';

const ALL = 1_000_000;

/** Answers the two runs that are meant, by default the last one and the one before it; throws a UserError (exit 1) for others. */
export function chooseRuns(
  store: Store,
  before = 'previous',
  after = 'last',
): [before: RunSummary, after: RunSummary] {
  const runs = store.runs(ALL);
  return [chooseRun(runs, before), chooseRun(runs, after)];
}

function chooseRun(runs: RunSummary[], wanted: string): RunSummary {
  const place = wanted === 'previous' ? 2 : parseNewestPosition(wanted);
  const run =
    place === undefined
      ? runs.find(({ number }) => `${number}` === wanted.replace(/^#/, ''))
      : runs[place - 1];
  if (run) return run;
  const kept = runs.length === 1 ? 'one run is' : `${runs.length === 0 ? 'no' : runs.length} runs are`;
  throw new UserError(
    `There is no run ${escapeToOneLine(wanted)}: ${kept} kept. See which are:  scooby list --by run`,
    1,
  );
}

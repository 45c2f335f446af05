/** `scooby diff`: two requests, or two runs, side by side. */

import type { Command } from 'commander';
import { UserError } from '../../domain/errors.js';
import type { Query } from '../../domain/filter.js';
import { foldCase } from '../../domain/filter-term.js';
import { routeNameOf } from '../../domain/route.js';
import { escapeToOneLine, terminalSafeJson } from '../../domain/text.js';
import type { Trace } from '../../domain/trace.js';
import type { Store } from '../../store/store.js';
import { outputFormat, printLines } from '../output.js';
import { differenceJson, differenceLines } from '../print/diff.js';
import { diffRuns, diffTraces } from '../select/difference.js';
import { chooseRequest } from '../select/request.js';
import { chooseRuns } from '../select/run.js';
import { addStoreOptions, type StoreFlags, withStore } from '../select/store-options.js';

type DiffFlags = StoreFlags & { runs?: boolean };

/** Adds the command to the program. */
export function registerDiff(program: Command): void {
  const command = program
    .command('diff')
    .description('two requests, or two runs, side by side: what appeared, what vanished, what got slower')
    .argument('[before]', 'an id or the beginning of it, last, last~1, -2; or a run')
    .argument('[after]', 'the same; without it: the newest')
    .option(
      '--runs',
      'compare all requests of two runs: last, previous, last~2, or a number of scooby list --by run',
    )
    .option('--json', 'one JSON document, as docs/trace.md describes')
    .addHelpText(
      'after',
      `
Without ids the newest request is compared with the one before it of the same route: change the code, load the page
again, and ask. Calls are the same when they ask the same from the same line, or from the same function where the line
has moved. A time counts as another one when it differs by 1ms and a quarter.

Examples:
  scooby diff                       is the N+1 gone?
  scooby diff 5f0c9a4e last         an older request and the newest one
  scooby diff --runs                the run before the last one, and the last one
  scooby diff --runs 12 last        of a run that scooby list --by run has named
  scooby diff --json | jq .findings.gone`,
    )
    .action((before: string | undefined, after: string | undefined, flags: DiffFlags) =>
      withStore(flags, (store) => diff(store, before, after, flags)),
    );
  addStoreOptions(command);
}

function diff(store: Store, before: string | undefined, after: string | undefined, flags: DiffFlags): void {
  const format = outputFormat(flags);
  const difference = flags.runs
    ? diffRuns(store, ...chooseRuns(store, before, after))
    : diffTraces(...chooseTwo(store, before, after, format.now));
  printLines(
    flags.json ? [terminalSafeJson(differenceJson(difference), 2)] : differenceLines(difference, format),
  );
}

/** Answers the two requests that are meant, the earlier one first where only one or none is named. */
function chooseTwo(
  store: Store,
  before: string | undefined,
  after: string | undefined,
  now: number,
): [Trace, Trace] {
  const second = chooseRequest(store, after ?? 'last', now);
  if (before !== undefined) return [chooseRequest(store, before, now), second];
  return [oneBefore(store, second), second];
}

const LOOKED_BACK = 10_000;

function oneBefore(store: Store, trace: Trace): Trace {
  const { id, method, start } = trace;
  const route = routeNameOf(trace);
  const query: Query = [[{ field: 'method', op: '=', value: foldCase(method), not: false }]];
  const older = store.recent({ before: start, query }, LOOKED_BACK);
  const found = older.find((one) => one.id !== id && routeNameOf(one) === route);
  const before = found && store.find(found.id);
  if (before) return before;
  throw new UserError(
    `No earlier request of ${escapeToOneLine(`${method} ${route}`)} is kept to compare with. Name two:  scooby diff <before> <after>`,
    1,
  );
}

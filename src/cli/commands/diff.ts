/** `scooby diff`: compares two requests or two runs. */

import type { Command } from 'commander';
import { UserError } from '../../domain/errors.js';
import type { FilterQuery } from '../../domain/filter.js';
import { foldCase } from '../../domain/filter-term.js';
import { routeNameOf } from '../../domain/route.js';
import { escapeToOneLine, terminalSafeJson } from '../../domain/text.js';
import type { Trace } from '../../domain/trace.js';
import type { StoreReader } from '../../store/store.js';
import { outputFormat, printDocument, printLines } from '../output.js';
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
    .description('compare two requests or two runs: new, gone, slower and faster calls')
    .argument(
      '[before]',
      'request: an id or its beginning, a URL, a route, last, last~1 or -2; with --runs, a run',
    )
    .argument('[after]', 'the same (default: the newest)')
    .option('--runs', 'compare two runs: last, previous, last~2, or a number from scooby runs')
    .option('--json', 'one JSON document; docs/trace.md describes it')
    .addHelpText(
      'after',
      `
Without ids, the newest request is compared with the previous request of the same route: change the code, load the page
again, run scooby diff. Calls match when the same line makes the same query; if the line has moved, the function has to
match. A call counts as slower or faster when its time changes by at least 1ms and by a quarter.

Examples:
  scooby diff                       is the N+1 gone?
  scooby diff 5f0c9a4e last         an older request and the newest one
  scooby diff --runs                the previous run and the last run
  scooby diff --runs 12 last        run 12 and the last run
  scooby diff --json | jq .findings.gone`,
    )
    .action((before: string | undefined, after: string | undefined, flags: DiffFlags) =>
      withStore(flags, (store) => diff(store, before, after, flags)),
    );
  addStoreOptions(command);
}

async function diff(
  store: StoreReader,
  before: string | undefined,
  after: string | undefined,
  flags: DiffFlags,
): Promise<void> {
  const format = outputFormat(flags);
  const difference = flags.runs
    ? await diffRuns(store, ...(await chooseRuns(store, before, after)))
    : diffTraces(...(await chooseComparedRequests(store, before, after, format.now)));
  if (flags.json) printDocument([terminalSafeJson(differenceJson(difference), 2)]);
  else printLines(differenceLines(difference, format), format);
}

/** Two requests to compare; without `before`, the previous request of the same route as `after`. */
export async function chooseComparedRequests(
  store: StoreReader,
  before: string | undefined,
  after: string | undefined,
  now: number,
): Promise<[Trace, Trace]> {
  const second = await chooseRequest(store, after ?? 'last', now);
  if (before !== undefined) return [await chooseRequest(store, before, now), second];
  return [await previousOfRoute(store, second), second];
}

/** Requests that are searched for an earlier one of the same route. */
const MAX_SEARCHED = 10_000;

async function previousOfRoute(store: StoreReader, trace: Trace): Promise<Trace> {
  const { id, method, start } = trace;
  const route = routeNameOf(trace);
  const query: FilterQuery = [[{ field: 'method', op: '=', value: foldCase(method), not: false }]];
  const older = await store.recent({ before: start, query }, MAX_SEARCHED);
  const previous = older.find((summary) => summary.id !== id && routeNameOf(summary) === route);
  const before = previous && (await store.find(previous.id));
  if (before) return before;
  throw new UserError(
    `No earlier request of ${escapeToOneLine(`${method} ${route}`)} is stored to compare with. Name two requests:  scooby diff <before> <after>`,
    1,
  );
}

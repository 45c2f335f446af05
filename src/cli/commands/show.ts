/** `scooby show`: one request and its calls. */

import type { Command } from 'commander';
import { UserError } from '../../domain/errors.js';
import type { Latencies } from '../../domain/latency.js';
import { terminalSafeJson } from '../../domain/text.js';
import type { Kind, Trace } from '../../domain/trace.js';
import { promptOf } from '../../export/prompt.js';
import { readTree } from '../../insight/calls/request-tree.js';
import { publicWhatIf, type WhatIf, whatIf } from '../../insight/win/what-if.js';
import { publicTrace } from '../../store/json.js';
import type { StoreReader } from '../../store/store.js';
import { cleanText } from '../../terminal/cells.js';
import type { OutputFormat } from '../../terminal/output-format.js';
import { colouredStyle } from '../../terminal/style.js';
import { tabText, tabTitles } from '../../tui/panels/as-text.js';
import { latenciesOption } from '../config/latencies.js';
import { outputFormat, printDocument, printLines } from '../output.js';
import { remarkLosses } from '../print/losses.js';
import { profileOf, profileReport } from '../print/profile-report.js';
import { relativesOf } from '../print/relatives.js';
import { sourceLines } from '../print/source.js';
import { type SourceReader, sourceReaderOf } from '../print/source-reader.js';
import { sqlLines } from '../print/sql-script.js';
import { traceLines } from '../print/trace.js';
import { treeLines } from '../print/tree.js';
import { waterfallLines } from '../print/waterfall.js';
import { chooseRequest } from '../select/request.js';
import { addStoreOptions, type StoreFlags, withStore } from '../select/store-options.js';

type ShowFlags = StoreFlags & {
  stack?: boolean;
  ungrouped?: boolean;
  kind?: Kind[];
  waterfall?: boolean;
  tree?: boolean;
  source?: boolean;
  sql?: boolean;
  cpu?: boolean;
  heap?: boolean;
  tab?: string;
  markdown?: boolean;
  latency?: Latencies;
  ascii?: boolean;
};

/** Adds the command to the program. */
export function registerShow(program: Command): void {
  const command = program
    .command('show')
    .description('show one request: its problems, its calls, and the lines of code that made them')
    .argument(
      '[request...]',
      'id or its beginning, a URL or a route (the newest of it); last, -1 or nothing is the newest, -2 the one before',
    )
    .option('--ungrouped', 'list every call in order, instead of grouping equal calls')
    .option(
      '--kind <kinds>',
      'only calls of these kinds: sql, cache, http, … or several: sql,http',
      parseKinds,
    )
    .option('--stack', 'show all stack frames of every call')
    .option('--waterfall', 'draw the calls over time as bars')
    .option('--tree', 'draw it with what it led to in other services, threads and jobs, on one clock')
    .option('--source', "show the app's source files, with each line's calls and time in the margin")
    .option('--sql', 'print the SQL as a script, with the values filled in')
    .option('--cpu', 'its CPU profile: the functions that took most, and the three hottest lines')
    .option('--heap', 'the same of its heap profile')
    .option('--tab <title>', 'print a tab of scooby ui: overview, sql, headers, timeline, …')
    .option('--markdown', 'as a prompt for a coding agent: what is wrong, code, evidence, how to verify')
    .addOption(
      latenciesOption(
        'what it would take if database, cache and services were that far away: 2ms, or sql=2ms,cache=1ms',
      ),
    )
    .option('--json', 'the complete recording as JSON; docs/trace.md describes it')
    .option('--ascii', 'draw with ASCII characters only')
    .addHelpText(
      'after',
      `
Examples:
  scooby show                    the newest request
  scooby show -2                 the one before it
  scooby show /orders/7          the newest request of that URL
  scooby show 'GET /orders/:id'  the newest of that route
  scooby show 5f0c9a4e           any unique beginning of an id
  scooby show last --source      how many calls each line made, and how long they took
  scooby show last --waterfall   which calls waited for which
  scooby show last --tree        what became of its calls in other services
  scooby show last --cpu         which functions took the time, and their hottest lines
  scooby show last --markdown    as a prompt for a coding agent; y p in the browser
  scooby show last --latency 2ms what it takes with a database 2ms away, and after the fix
  scooby show last --sql | psql  run its statements again (comments count the writing ones)
  scooby show last --json | jq '.spans[].name'`,
    )
    .action((words: string[], flags: ShowFlags) => {
      rejectConflicts(flags);
      return withStore(flags, async (store) => {
        try {
          await show(store, words.length > 0 ? words.join(' ') : 'last', flags);
        } finally {
          await remarkLosses(store);
        }
      });
    });
  addStoreOptions(command);
}

function parseKinds(text: string): Kind[] {
  return text.split(',').flatMap((kind) => kind.trim().toLowerCase() || []);
}

/** Views of a request, and the options that each can be combined with. */
const VIEWS: [view: keyof ShowFlags, options: (keyof ShowFlags)[]][] = [
  ['waterfall', ['kind', 'ascii']],
  ['tree', ['ascii']],
  ['source', ['kind', 'ascii']],
  ['sql', []],
  ['cpu', ['ascii']],
  ['heap', ['ascii']],
  ['markdown', []],
  ['tab', ['ungrouped', 'stack', 'ascii']],
  ['json', ['latency']],
];
const VIEW_OPTIONS: (keyof ShowFlags)[] = ['ungrouped', 'stack', 'kind', 'latency', 'ascii'];

/** Throws a UserError for two views, or for an option without effect on the view. */
function rejectConflicts(flags: ShowFlags): void {
  const [first, second] = VIEWS.filter(([view]) => flags[view] !== undefined);
  if (first && second)
    throw new UserError(`--${first[0]} and --${second[0]} are two views of a request: leave one out.`);
  const unused = first && VIEW_OPTIONS.find((name) => flags[name] !== undefined && !first[1].includes(name));
  if (unused) throw new UserError(`--${unused} has no effect on --${first[0]}: leave one of them out.`);
}

async function show(store: StoreReader, id: string, flags: ShowFlags): Promise<void> {
  const format = outputFormat(flags);
  const trace = await chooseRequest(store, id, format.now);
  const away = flags.latency && awayFrom(trace, flags.latency);
  if (flags.json)
    return printDocument([
      terminalSafeJson({ ...publicTrace(trace), ...(away && { away: publicWhatIf(away) }) }, 2),
    ]);
  const code = await sourceReaderOf(store, trace);
  const kinds = flags.kind && kindsOf(trace, flags.kind);
  if (flags.markdown) return printDocument([promptOf(trace, code.lines).trimEnd()]);
  // Statements have to run as they were recorded, so their characters stay.
  if (flags.sql) return printDocument(sqlLines(withSql(trace), format));
  if (flags.tree) return printLines(treeLines(await readTree(store, trace), format), format);
  const profile = flags.cpu ? 'cpu' : flags.heap ? 'heap' : undefined;
  if (profile) return printLines(profileReport(trace, profileOf(trace, profile), code, format), format);
  const lines =
    flags.tab !== undefined
      ? tabLines(trace, flags, code, format)
      : flags.waterfall
        ? waterfallLines(trace, kinds, format)
        : flags.source
          ? sourceLines(trace, kinds, code, format)
          : traceLines(
              trace,
              {
                ...flags,
                ...(kinds && { kinds }),
                ...(away && { away }),
                code,
                relatives: await relativesOf(store, trace),
              },
              format,
            );
  printLines(lines, format);
}

/** The request under latencies. Throws a UserError for one that has no duration. */
function awayFrom(trace: Trace, latencies: Latencies): WhatIf {
  const away = trace.outside ? undefined : whatIf(trace, latencies);
  if (away) return away;
  throw new UserError('This request did not end: what it would take further away is not known.', 1);
}

/**
 * `wanted` itself, if the request has calls of every kind in it. Throws a UserError (exit 1) that
 * lists the request's kinds.
 */
function kindsOf(trace: Trace, wanted: Kind[]): Kind[] {
  const known = Object.keys(trace.totals);
  const missing = wanted.find((kind) => !known.includes(kind));
  if (wanted.length > 0 && missing === undefined) return wanted;
  const has = known.length > 0 ? `It has: ${known.map(cleanText).join(', ')}.` : 'It made no calls at all.';
  throw new UserError(`This request made no calls of the kind "${cleanText(missing ?? '')}". ${has}`, 1);
}

function withSql(trace: Trace): Trace {
  kindsOf(trace, ['sql']);
  return trace;
}

/** Lines of a tab of the browser. Throws a UserError when there is no such tab. */
function tabLines(trace: Trace, flags: ShowFlags, code: SourceReader, format: OutputFormat): string[] {
  const lines = tabText(trace, flags.tab!, {
    columns: format.width,
    colour: format.style === colouredStyle,
    grouped: !flags.ungrouped,
    libraries: flags.stack === true,
    source: (file) => code.lines(file)?.join('\n'),
  });
  if (!lines)
    throw new UserError(
      `There is no tab "${cleanText(flags.tab!)}". There are: ${tabTitles(trace).join(', ')}`,
    );
  return lines;
}

/** `scooby show`: one request, and every call that it made. */

import type { Command } from 'commander';
import { UserError } from '../../domain/errors.js';
import { terminalSafeJson } from '../../domain/text.js';
import type { Kind, Trace } from '../../domain/trace.js';
import { publicTrace } from '../../store/json.js';
import type { Store } from '../../store/store.js';
import { capabilitiesOf } from '../../terminal/capabilities.js';
import { cleanText } from '../../terminal/cells.js';
import type { OutputFormat } from '../../terminal/output-format.js';
import { colouredStyle } from '../../terminal/style.js';
import { tabText, tabTitles } from '../../tui/panels/as-text.js';
import { asciiOf } from '../../tui/view/theme.js';
import { outputFormat, printLines } from '../output.js';
import { sourceLines } from '../print/source.js';
import { type SourceReader, sourceReaderOf } from '../print/source-reader.js';
import { sqlLines } from '../print/sql-script.js';
import { traceLines } from '../print/trace.js';
import { waterfallLines } from '../print/waterfall.js';
import { chooseRequest } from '../select/request.js';
import { addStoreOptions, type StoreFlags, withStore } from '../select/store-options.js';

type ShowFlags = StoreFlags & {
  stack?: boolean;
  ungrouped?: boolean;
  kind?: Kind[];
  waterfall?: boolean;
  source?: boolean;
  sql?: boolean;
  tab?: string;
  ascii?: boolean;
};

/** Adds the command to the program. */
export function registerShow(program: Command): void {
  const command = program
    .command('show')
    .description('one request: what is wrong with it, what it did, and which line did it')
    .argument('<id>', 'its id or the beginning of it; last or -1, -2 for the one before')
    .option('--ungrouped', 'every call by itself, in order, instead of those that ask the same put together')
    .option('--kind <kinds>', 'only these calls: sql, cache, … or several: sql,http', parseKinds)
    .option('--stack', 'all frames of every call')
    .option('--waterfall', 'the calls over time, as bars')
    .option('--source', "the app's files that took part, with what each line did in the margin")
    .option('--sql', 'its SQL as a script, the values written in')
    .option('--tab <title>', 'a tab of the browser as text: overview, sql, headers, timeline, …')
    .option('--json', 'all that is known, as docs/trace.md describes')
    .option('--ascii', 'draw with ASCII characters only')
    .addHelpText(
      'after',
      `
Examples:
  scooby show last               the newest request
  scooby show -2                 the one before it
  scooby show 5f0c9a4e           any beginning of an id that means only one
  scooby show last --source      which line made how many calls, and how long they took
  scooby show last --waterfall   what waited for what
  scooby show last --sql | psql  its statements again; it says which ones write
  scooby show last --json | jq '.spans[].name'`,
    )
    .action((id: string, flags: ShowFlags) => {
      refuse(flags);
      return withStore(flags, (store) => show(store, id, flags));
    });
  addStoreOptions(command);
}

function parseKinds(text: string): Kind[] {
  return text.split(',').flatMap((kind) => kind.trim().toLowerCase() || []);
}

// What each way of showing a request goes together with.
const WAYS: [way: keyof ShowFlags, takes: (keyof ShowFlags)[]][] = [
  ['waterfall', ['kind', 'ascii']],
  ['source', ['kind', 'ascii']],
  ['sql', []],
  ['tab', ['ungrouped', 'stack', 'ascii']],
  ['json', []],
];
const REFINEMENTS: (keyof ShowFlags)[] = ['ungrouped', 'stack', 'kind', 'ascii'];

/** Throws a UserError for options that say nothing together. */
function refuse(flags: ShowFlags): void {
  const [first, second] = WAYS.filter(([way]) => flags[way] !== undefined);
  if (first && second)
    throw new UserError(`--${first[0]} and --${second[0]} are two ways to show a request: leave one out.`);
  const idle = first && REFINEMENTS.find((name) => flags[name] !== undefined && !first[1].includes(name));
  if (idle) throw new UserError(`--${idle} changes nothing about --${first[0]}: leave one of them out.`);
}

function show(store: Store, id: string, flags: ShowFlags): void {
  const format = outputFormat(flags);
  const trace = chooseRequest(store, id, format.now);
  if (flags.json) return printLines([terminalSafeJson(publicTrace(trace), 2)]);
  const code = sourceReaderOf(store, trace);
  const kinds = flags.kind && kindsOf(trace, flags.kind);
  const lines = flags.sql
    ? sqlLines(withSql(trace), format)
    : flags.tab !== undefined
      ? tabLines(trace, flags, code, format)
      : flags.waterfall
        ? waterfallLines(trace, kinds, format)
        : flags.source
          ? sourceLines(trace, kinds, code, format)
          : traceLines(trace, { ...flags, ...(kinds && { kinds }), code }, format);
  // A statement is to be run as it was: its characters stay.
  const { unicode } = capabilitiesOf(process.stdout, process.env, flags);
  printLines(unicode || flags.sql ? lines : lines.map(asciiOf));
}

/** Answers the kinds, all of which the request has; throws a UserError (exit 1) that names those that it has. */
function kindsOf(trace: Trace, wanted: Kind[]): Kind[] {
  const known = Object.keys(trace.totals);
  const missing = wanted.find((kind) => !known.includes(kind));
  if (wanted.length > 0 && missing === undefined) return wanted;
  const has = known.length > 0 ? `It has: ${known.map(cleanText).join(', ')}.` : 'It has none at all.';
  throw new UserError(`This request made no calls of the kind "${cleanText(missing ?? '')}". ${has}`, 1);
}

function withSql(trace: Trace): Trace {
  kindsOf(trace, ['sql']);
  return trace;
}

/** Answers what the browser shows in a tab; throws a UserError when it has no such tab. */
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

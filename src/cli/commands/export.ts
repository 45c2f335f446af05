/** `scooby export`: requests in the format of another tool. */

import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { UserError } from '../../domain/errors.js';
import { parseFilter } from '../../domain/filter.js';
import { formatCount } from '../../domain/text.js';
import type { Trace } from '../../domain/trace.js';
import { EXPORT_FORMATS, type ExportFormat } from '../../export/export-formats.js';
import type { StoreReader } from '../../store/store.js';
import { cleanText } from '../../terminal/cells.js';
import { parseCount } from '../config/units.js';
import { fileErrorReason } from '../file-error.js';
import { otlpSettings } from '../otlp-settings.js';
import { outputFormat, printDocument, printRemark } from '../output.js';
import { chooseRequest } from '../select/request.js';
import { addStoreOptions, type StoreFlags, withStore } from '../select/store-options.js';

type ExportFlags = StoreFlags & {
  output?: string;
  heap?: boolean;
  filter?: string;
  limit: number;
} & Record<string, unknown>;

const DEFAULT_LIMIT = 100;

/** Adds the command to the program. */
export function registerExport(program: Command): void {
  const command = program
    .command('export')
    .description('write requests for a colleague or another tool: JSON, Markdown, HAR, OTLP, profiles')
    .argument('[request...]', 'as in show: an id or its beginning, a URL, a route, last, -2 (default: last)');
  for (const { name, description } of EXPORT_FORMATS) command.option(`--${name}`, description);
  command
    .option('--filter <filter>', 'all requests that match, the newest first, instead of one: n1, status>=500')
    .option('-n, --limit <count>', 'with --filter: maximum number of requests', parseCount, DEFAULT_LIMIT)
    .option('--heap', 'the profile of the heap instead of the CPU')
    .option('-o, --output <file>', 'write to a file instead of standard output')
    .addHelpText(
      'after',
      `
Examples:
  scooby export last --json -o slow.json                  a colleague opens it with scooby import
  scooby export /orders --markdown | pbcopy               paste it into an issue
  scooby export --har --filter 'path:/api since:10m' -o api.har
  scooby export last --cpuprofile -o orders.cpuprofile    open it in DevTools, tab Performance
  scooby export 5f0c9a4e --speedscope -o orders.json      open it at https://www.speedscope.app
  scooby export last --collapsed | flamegraph.pl > orders.svg

Exit codes: 0; 1 when there is no such request or it has no profile; 2 wrong usage.`,
    )
    .action((words: string[], flags: ExportFlags) => exportRequests(words, flags));
  addStoreOptions(command);
}

async function exportRequests(words: string[], flags: ExportFlags): Promise<void> {
  const format = formatOf(flags);
  const { now } = outputFormat(flags);
  if (flags.filter !== undefined && words.length > 0)
    throw new UserError('--filter chooses the requests: leave the one that is named out, or --filter.');
  if (flags.filter !== undefined && format.isOfOne)
    throw new UserError(`--${format.name} takes one request: name it instead of --filter.`);
  await withStore(flags, async (store) => {
    const traces =
      flags.filter === undefined
        ? [await chooseRequest(store, words.join(' ') || 'last', now)]
        : await matching(store, flags.filter, flags.limit);
    const text = await format.write(traces, {
      heap: flags.heap === true,
      sourceOf: async ({ sources }, file) => {
        const hash = sources?.[file];
        return hash === undefined ? undefined : (await store.source(hash))?.text;
      },
      context: otlpSettings(true, process.cwd(), process.env),
    });
    writeText(text, traces, flags.output);
  });
}

async function matching(store: StoreReader, filter: string, limit: number): Promise<Trace[]> {
  const parsed = parseFilter(filter);
  if ('trouble' in parsed) throw new UserError(`The filter is invalid: ${parsed.trouble}.`);
  const rows = await store.recent({ query: parsed.query }, limit);
  const traces = await Promise.all(rows.map(({ id }) => store.find(id)));
  const found = traces.filter((trace) => trace !== undefined);
  if (found.length === 0) throw new UserError('No stored request matches the filter.', 1);
  return found;
}

function writeText(text: string, traces: Trace[], output: string | undefined): void {
  if (output === undefined) return printDocument([text.replace(/\n$/, '')]);
  try {
    writeFileSync(output, text);
  } catch (error) {
    throw new UserError(`${cleanText(output)} cannot be written: ${fileErrorReason(error)}.`, 1);
  }
  const [{ method, url, id }, ...more] = traces as [Trace, ...Trace[]];
  const what =
    more.length > 0 ? formatCount(traces.length, 'request') : `${method} ${url} (${id.slice(0, 8)})`;
  printRemark(`${cleanText(output)}: ${cleanText(what)}`);
}

/** Format that is asked for; throws a UserError for none, or several. */
function formatOf(flags: ExportFlags): ExportFormat {
  const [format, second] = EXPORT_FORMATS.filter(({ name }) => flags[name] === true);
  const names = EXPORT_FORMATS.map(({ name }) => `--${name}`).join(', ');
  if (format === undefined) throw new UserError(`Say in which format: ${names}.`);
  if (second !== undefined)
    throw new UserError(`--${format.name} and --${second.name} are two formats: leave one out.`);
  return format;
}

/** `scooby export`: a request in the format of another tool. */

import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { UserError } from '../../domain/errors.js';
import { EXPORT_FORMATS, type ExportFormat } from '../../export/export-formats.js';
import { outputFormat, printDocument, printRemark } from '../output.js';
import { chooseRequest } from '../select/request.js';
import { addStoreOptions, type StoreFlags, withStore } from '../select/store-options.js';

type ExportFlags = StoreFlags & { output?: string; heap?: boolean } & Record<string, unknown>;

/** Adds the command to the program. */
export function registerExport(program: Command): void {
  const command = program
    .command('export')
    .description('write one request for another tool: its profile for DevTools, speedscope, flame graphs')
    .argument('[request...]', 'as in show: an id or its beginning, a URL, a route, last, -2 (default: last)');
  for (const { name, description } of EXPORT_FORMATS) command.option(`--${name}`, description);
  command
    .option('--heap', 'the profile of the heap instead of the CPU')
    .option('-o, --output <file>', 'write to a file instead of standard output')
    .addHelpText(
      'after',
      `
Examples:
  scooby export last --cpuprofile -o orders.cpuprofile    open it in DevTools, tab Performance
  scooby export 5f0c9a4e --speedscope -o orders.json      open it at https://www.speedscope.app
  scooby export last --collapsed | flamegraph.pl > orders.svg

Exit codes: 0; 1 when there is no such request or it has no profile; 2 wrong usage.`,
    )
    .action((words: string[], flags: ExportFlags) => exportRequest(words.join(' ') || 'last', flags));
  addStoreOptions(command);
}

async function exportRequest(wanted: string, flags: ExportFlags): Promise<void> {
  const format = formatOf(flags);
  const { now } = outputFormat(flags);
  const trace = await withStore(flags, (store) => chooseRequest(store, wanted, now));
  const text = format.write(trace, { heap: flags.heap === true });
  const { output } = flags;
  if (output === undefined) return printDocument([text]);
  try {
    writeFileSync(output, text);
  } catch (error) {
    throw new UserError(`${output} cannot be written: ${(error as Error).message}`, 1);
  }
  printRemark(`${output}: ${trace.method} ${trace.url} (${trace.id.slice(0, 8)})`);
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

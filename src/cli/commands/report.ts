/** `scooby report`: one file on a run, for a pull request. */

import { existsSync, writeFileSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { type Command, Option } from 'commander';
import { UserError } from '../../domain/errors.js';
import { formatCount } from '../../domain/text.js';
import { reportHtml } from '../../export/report-html.js';
import { reportMarkdown } from '../../export/report-markdown.js';
import type { ReportedRun } from '../../export/run-report.js';
import type { StoreReader } from '../../store/store.js';
import { cleanText } from '../../terminal/cells.js';
import { readBaseline } from '../check/files.js';
import { fileErrorReason } from '../file-error.js';
import { printDocument, printRemark } from '../output.js';
import { type Against, runReport } from '../report/run-report.js';
import { chooseRecordedRun } from '../select/run.js';
import { addStoreOptions, type StoreFlags, withStore } from '../select/store-options.js';

type ReportFormat = 'html' | 'markdown';
type ReportFlags = StoreFlags & { run: string; output?: string; against?: string; format?: ReportFormat };

/** Adds the command to the program. */
export function registerReport(program: Command): void {
  const command = program
    .command('report')
    .description('write a run as one HTML or Markdown file: routes, findings with code, what has changed')
    .option('--run <run>', 'last, previous (imported files aside), or a number from scooby runs', 'last')
    .option('--against <run|file>', 'compare with another run, or with a baseline of scooby check')
    .option('-o, --output <file>', 'write to a file instead of standard output; .html or .md says what')
    .addOption(
      new Option('--format <format>', 'instead of what the file is called').choices(['html', 'markdown']),
    )
    .addHelpText(
      'after',
      `
The file needs nothing else: no scripts, nothing is loaded. Secrets are masked as everywhere. docs/report.md has more.

Examples:
  scooby report -o report.html                        the last run
  scooby report --run 12 --against previous -o pr.md  for a comment in a pull request
  scooby report --against scooby.baseline.json | gh pr comment -F -
  scooby check --report report.html -- npm test       the requests of a test suite

Exit codes: 0; 1 when there is no such run, or the file cannot be written; 2 wrong usage.`,
    )
    .action((flags: ReportFlags) => withStore(flags, (store) => report(store, flags)));
  addStoreOptions(command);
}

async function report(
  store: StoreReader,
  { run: wanted, output, against, format }: ReportFlags,
): Promise<void> {
  const run = await chooseRecordedRun(store, wanted);
  const compared = against === undefined ? undefined : await comparedWith(store, against, run.number);
  const written = await runReport(store, run, compared, Date.now());
  if (output === undefined) return printDocument([reportText(written, format ?? 'markdown').trimEnd()]);
  writeReport(written, output, format);
}

/** Another run, or a baseline where a file of that name is there. Throws a UserError (exit 1) for neither. */
async function comparedWith(store: StoreReader, wanted: string, run: number): Promise<Against> {
  if (existsSync(wanted)) {
    const { accepted } = readBaseline(wanted, false).baseline!;
    return { file: basename(wanted), accepted };
  }
  if (/[./]/.test(wanted)) throw new UserError(`There is no file ${cleanText(wanted)}.`, 1);
  const other = await chooseRecordedRun(store, wanted);
  if (other.number === run)
    throw new UserError('A run is compared with another one: name it by --against.', 1);
  return { run: other };
}

/** The report in a format. */
function reportText(report: ReportedRun, format: ReportFormat): string {
  return format === 'html' ? reportHtml(report) : reportMarkdown(report);
}

/** Writes a report, as HTML where the file's name says so, and says it on stderr. Throws a UserError. */
export function writeReport(report: ReportedRun, file: string, format?: ReportFormat): void {
  const chosen = format ?? (/^\.html?$/i.test(extname(file)) ? 'html' : 'markdown');
  try {
    writeFileSync(file, reportText(report, chosen));
  } catch (error) {
    throw new UserError(`${cleanText(file)} cannot be written: ${fileErrorReason(error)}.`, 1);
  }
  const { run, findings, moreFindings } = report;
  printRemark(`${cleanText(file)}: run ${run}, ${formatCount(findings.length + moreFindings, 'finding')}`);
}

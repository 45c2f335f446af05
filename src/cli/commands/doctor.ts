/** `scooby doctor`: what would be recorded here, what would not, and why. */

import type { Command } from 'commander';
import { SilentExit } from '../../domain/errors.js';
import { terminalSafeJson } from '../../domain/text.js';
import { cleanText } from '../../terminal/cells.js';
import type { OutputFormat } from '../../terminal/output-format.js';
import type { OutputRole } from '../../terminal/style.js';
import { type Cell, type Column, tableLines } from '../../terminal/table.js';
import { type CheckResult, type Diagnosis, diagnose, type Grade } from '../doctor/diagnosis.js';
import { outputFormat, printLines } from '../output.js';

interface Flags {
  db?: string;
  json?: boolean;
  color?: boolean;
}

const ROLES: Record<Grade, OutputRole> = { good: 'ok', note: 'warn', bad: 'error' };
const MARKS: Record<Grade, string> = { good: '✓', note: '!', bad: '✗' };

/** Adds the command to the program. */
export function registerDoctor(program: Command): void {
  program
    .command('doctor')
    .description('what would be recorded here, what would not, and why')
    .argument('[command...]', 'the command that starts the app, after --; it is looked at, not run')
    .option('--json', 'one JSON object')
    .option('--db <file>', "the database to look at, instead of this project's")
    .option('--no-color', 'no colours; so does NO_COLOR=1')
    .addHelpText(
      'after',
      `
Examples:
  scooby doctor
  scooby doctor -- node dist/server.js    looks into the bundle as well
  scooby doctor --json | jq .libraries

Exit codes: 0; 1 when something would not be recorded that can be mended; 2 wrong usage.`,
    )
    .passThroughOptions()
    .action(async (command: string[], flags: Flags) => {
      const diagnosis = await diagnose(process.cwd(), command, flags.db);
      printLines(flags.json ? [terminalSafeJson(diagnosis, 2)] : doctorLines(diagnosis, outputFormat(flags)));
      if (isBad(diagnosis)) throw new SilentExit(1);
    });
}

function isBad({ node, port, store, config, libraries }: Diagnosis): boolean {
  return [node, port, store, config, ...libraries].some(({ grade }) => grade === 'bad');
}

const COLUMNS: Column[] = [
  { head: '' },
  { head: 'LIBRARY' },
  { head: 'VERSION' },
  { head: 'SHOWN AS' },
  { head: 'HOW', atLeast: 20 },
];

/** Answers the report in lines. */
export function doctorLines(
  { node, project, folders, libraries, port, store, config }: Diagnosis,
  format: OutputFormat,
): string[] {
  const line = (head: string, { grade, text }: CheckResult) =>
    `${format.style(ROLES[grade], MARKS[grade])} ${format.style('bold', head.padEnd(8))} ${cleanText(text)}`;
  const packages = folders > 1 ? `${project}, ${folders} packages` : project;
  const found =
    libraries.length === 0
      ? 'nothing that scooby knows; plain fetch and http calls are seen'
      : `${libraries.length} libraries that scooby knows`;
  return [
    line('Node', node),
    line('Project', { grade: 'good', text: `${packages}: ${found}` }),
    line('Port', port),
    line('Store', store),
    line('Config', config),
    ...(libraries.length > 0 ? ['', ...tableLines(COLUMNS, libraries.map(cellsOf), format)] : []),
  ];
}

function cellsOf({ name, version, kind, grade, text }: Diagnosis['libraries'][number]): Cell[] {
  return [
    [MARKS[grade], ROLES[grade]],
    [cleanText(name)],
    [cleanText(version), 'dim'],
    [kind ?? ''],
    [cleanText(text), grade === 'good' ? 'dim' : ROLES[grade]],
  ];
}

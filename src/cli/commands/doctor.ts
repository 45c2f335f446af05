/** `scooby doctor`: which libraries of the project scooby records, and what prevents the rest. */

import type { Command } from 'commander';
import { SilentExit } from '../../domain/errors.js';
import { formatCount, terminalSafeJson } from '../../domain/text.js';
import { cleanText } from '../../terminal/cells.js';
import type { OutputFormat } from '../../terminal/output-format.js';
import { type Cell, type Column, tableLines } from '../../terminal/table.js';
import { type Diagnosis, diagnose } from '../doctor/diagnosis.js';
import { type CheckResult, GRADE_MARKS, GRADE_ROLES } from '../doctor/grades.js';
import type { LibraryCheck } from '../doctor/library-checks.js';
import { outputFormat, printDocument, printLines } from '../output.js';

interface DoctorFlags {
  db?: string;
  json?: boolean;
  color?: boolean;
}

/** Adds the command to the program. */
export function registerDoctor(program: Command): void {
  program
    .command('doctor')
    .description('check what scooby can record in this project, and what it cannot')
    .argument('[command...]', 'command that starts the app, after --; it is inspected, not run')
    .option('--json', 'one JSON object')
    .option('--db <file>', "database to check (default: SCOOBY_DB, else this project's)")
    .option('--no-color', 'no colours (also: NO_COLOR=1)')
    .addHelpText(
      'after',
      `
Examples:
  scooby doctor
  scooby doctor -- node dist/server.js    also looks for libraries inside the bundle
  scooby doctor -- npm run dev            also whether the agent reaches the app by that way
  scooby doctor --json | jq .libraries

Exit codes: 0; 1 when something cannot be recorded but can be fixed; 2 wrong usage.`,
    )
    .passThroughOptions()
    .action(async (command: string[], flags: DoctorFlags) => {
      const diagnosis = await diagnose(process.cwd(), command, flags.db);
      printDiagnosis(diagnosis, flags);
      if (isBad(diagnosis)) throw new SilentExit(1);
    });
}

function printDiagnosis(diagnosis: Diagnosis, flags: DoctorFlags): void {
  if (flags.json) return printDocument([terminalSafeJson(diagnosis, 2)]);
  const format = outputFormat(flags);
  printLines(doctorLines(diagnosis, format), format);
}

function isBad({ node, port, store, config, instruments, start, libraries }: Diagnosis): boolean {
  return [node, port, store, config, ...instruments, ...start, ...libraries].some(
    ({ grade }) => grade === 'bad',
  );
}

const COLUMNS: Column[] = [
  { head: '' },
  { head: 'LIBRARY' },
  { head: 'VERSION' },
  { head: 'SHOWN AS' },
  { head: 'HOW', minWidth: 20 },
];

/** Report of a diagnosis as lines. */
function doctorLines(
  { node, project, folders, libraries, port, store, config, instruments, start }: Diagnosis,
  format: OutputFormat,
): string[] {
  const line = (head: string, { grade, text }: CheckResult) =>
    `${format.style(GRADE_ROLES[grade], GRADE_MARKS[grade])} ${format.style('bold', head.padEnd(8))} ${cleanText(text)}`;
  const packages = folders > 1 ? `${project}, ${folders} packages` : project;
  return [
    line('Node', node),
    line('Project', { grade: 'good', text: `${packages}: ${foundText(libraries)}` }),
    line('Port', port),
    line('Store', store),
    line('Config', config),
    ...instruments.map((result) => line('Own', result)),
    ...start.map((problem) => line('Start', problem)),
    ...(libraries.length > 0 ? ['', ...tableLines(COLUMNS, libraries.map(cellsOf), format)] : []),
  ];
}

/** How many libraries are recorded, and how many are not. */
function foundText(libraries: LibraryCheck[]): string {
  const known = libraries.filter(({ kind }) => kind !== undefined).length;
  const others = libraries.length - known;
  const rest = others === 0 ? '' : `, ${others.toLocaleString('en-US')} that it does not record`;
  if (known === 0) return `no library that scooby knows${rest}; calls of fetch and http are recorded`;
  return `${formatCount(known, 'library', 'libraries')} that scooby knows${rest}`;
}

function cellsOf({ name, version, kind, grade, text }: LibraryCheck): Cell[] {
  return [
    [GRADE_MARKS[grade], GRADE_ROLES[grade]],
    [cleanText(name)],
    [cleanText(version), 'dim'],
    [kind ?? ''],
    [cleanText(text), grade === 'good' ? 'dim' : GRADE_ROLES[grade]],
  ];
}

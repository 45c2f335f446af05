/** `scooby check-instrument`: whether an instrument of the project's own leaves the app as it is. */

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { SilentExit, UserError } from '../../domain/errors.js';
import { terminalSafeJson } from '../../domain/text.js';
import { cleanText } from '../../terminal/cells.js';
import { agentFile } from '../agent-file.js';
import { type CheckResult, GRADE_MARKS, GRADE_ROLES } from '../doctor/grades.js';
import { outputFormat, printDocument, printLines } from '../output.js';

interface Flags {
  json?: boolean;
  color?: boolean;
}

/** What a try has to end within, and an instrument after it. */
const MAX_MS = 20_000;
const MAX_LINGER_MS = 3000;

/** Adds the command to the program. */
export function registerCheckInstrument(program: Command): void {
  program
    .command('check-instrument')
    .description('try an instrument of your own, and check that the app would not notice it')
    .argument('<file>', 'a CommonJS file, as in "instruments" of scooby.config.json')
    .option('--json', 'one JSON object')
    .option('--no-color', 'no colours (also: NO_COLOR=1)')
    .addHelpText(
      'after',
      `
Each function that it replaces is tried on made-up ones that return, throw, resolve, reject and call back;
the app has to see the same as without it. docs/instruments.md tells how to write one.

Examples:
  scooby check-instrument scooby/search.cjs

Exit codes: 0; 1 when the app would notice it; 2 wrong usage.`,
    )
    .action(async (file: string, flags: Flags) => {
      const path = resolve(file);
      if (!existsSync(path)) throw new UserError(`${file} is not there.`);
      const results = await tryInstrument(path);
      if (flags.json) printDocument([terminalSafeJson({ file: path, results }, 2)]);
      else printResults(results, flags);
      if (results.some(({ grade }) => grade === 'bad')) throw new SilentExit(1);
    });
}

function printResults(results: CheckResult[], flags: Flags): void {
  const format = outputFormat(flags);
  const lines = results.map(
    ({ grade, text }) => `${format.style(GRADE_ROLES[grade], GRADE_MARKS[grade])} ${cleanText(text)}`,
  );
  printLines(lines, format);
}

/** Results of a try in a process of its own, with what that printed and how it ended. */
async function tryInstrument(file: string): Promise<CheckResult[]> {
  const program = join(dirname(agentFile()), 'check-instrument.cjs');
  const env = { ...process.env, NODE_OPTIONS: '' };
  const child = spawn(process.execPath, [program, file], { env, stdio: ['ignore', 'pipe', 'pipe', 'pipe'] });
  const [out, err, told] = [1, 2, 3].map((fd) => collect(child.stdio[fd] as NodeJS.ReadableStream));
  let lingers = false;
  const end = (ms: number) =>
    setTimeout(() => {
      lingers = true;
      child.kill('SIGKILL');
    }, ms);
  const limit = end(MAX_MS);
  let linger: NodeJS.Timeout | undefined;
  child.stdio[3]!.once('data', () => (linger = end(MAX_LINGER_MS)));
  const [code, signal] = await new Promise<[number | null, string | null]>((done) =>
    child.on('close', (...how) => done(how)),
  );
  clearTimeout(limit);
  clearTimeout(linger);
  const results = parseResults(told!.text) ?? [
    { grade: 'bad', text: `it ended the process (${signal ?? code}): ${firstLine(err!.text)}` },
  ];
  const printed = [out!.text, err!.text].filter((text) => text !== '');
  if (printed.length > 0 && told!.text !== '')
    results.push({ grade: 'bad', text: `prints: ${firstLine(printed.join(''))}` });
  if (lingers)
    results.push({ grade: 'bad', text: 'keeps the process alive: unref() its timers and sockets' });
  else if (code !== 0 && told!.text !== '')
    results.push({ grade: 'bad', text: `makes the process end with ${signal ?? code}` });
  if (results.every(({ grade }) => grade !== 'bad'))
    results.push({ grade: 'good', text: 'prints nothing, adds no global, and lets the process end' });
  return results;
}

function collect(stream: NodeJS.ReadableStream): { text: string } {
  const collected = { text: '' };
  stream.setEncoding('utf8').on('data', (text: string) => {
    collected.text += text;
  });
  return collected;
}

function parseResults(text: string): CheckResult[] | undefined {
  try {
    return JSON.parse(text) as CheckResult[];
  } catch {
    // It ended before it could tell.
    return undefined;
  }
}

function firstLine(text: string): string {
  return text.trim().split('\n', 1)[0]!.slice(0, 200);
}

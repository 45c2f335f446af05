/** `scooby try`: the one statement that would replace a loop of queries, tried on the app's own database. */

import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { UserError } from '../../domain/errors.js';
import { terminalSafeJson } from '../../domain/text.js';
import type { Trace } from '../../domain/trace.js';
import type { LoopTrial } from '../../explain/loop-trial.js';
import { type CallLoop, isTriable, loopOfCall, loopsOfFinding } from '../../insight/rewrite/finding-loops.js';
import { maskedQuestion, maskedValues } from '../../insight/rewrite/masked-values.js';
import { databasePath } from '../../store/location.js';
import type { StoreReader } from '../../store/store.js';
import { onLivingRun } from '../on-living-run.js';
import { outputFormat, printDocument, printLines, printRemark } from '../output.js';
import { trialLines } from '../print/trial.js';
import { addStoreOptions, type StoreFlags, withStore } from '../select/store-options.js';
import { verifySubject } from '../select/verify-subject.js';
import { chooseCall } from './explain.js';

type TryFlags = StoreFlags & { value?: Record<string, unknown>; sql?: boolean };

/** Adds the command to the program. */
export function registerTry(program: Command): void {
  const command = program
    .command('try')
    .description("run the one query that would replace a loop of queries, on the running app's own database")
    .argument(
      '[request]',
      "as in show, or a finding's id or its beginning (default: the newest request with findings)",
    )
    .argument('[n]', 'number of a call of the loop in scooby show (default: the costliest N+1)')
    .option('--value <name=value>', "a value that was masked, '$2=…': the same in all calls", addValue)
    .option('--sql', 'print the statement alone, with its values written in, to run or to copy')
    .option('--json', 'the statement and its outcome as one JSON object; docs/prove.md describes it')
    .addHelpText(
      'after',
      `
The app has to run under scooby. The statement runs once, on a connection of the app's own pool, in a read-only
transaction that is rolled back, within 4 s; so do the queries of the loop again, to compare the rows. What writes,
locks or calls functions that do more than read is refused. PostgreSQL, MySQL and MariaDB; SQLite in a process of
scooby's, which reads the file or a copy. docs/prove.md has more.

Examples:
  scooby try                      the costliest N+1 of the newest request with findings
  scooby try 5f0c9a4e 3           the loop of call 3 of scooby show 5f0c9a4e
  scooby try 9c1f03aa             a finding, by its id
  scooby try last --sql | pbcopy  the statement, with its values

Exit codes: 0 it has the same rows; 1 other rows, no such loop, or nothing that can be tried; 2 wrong usage.`,
    )
    .action(tryCommand);
  addStoreOptions(command);
}

function addValue(text: string, values: Record<string, unknown> = {}): Record<string, unknown> {
  const at = text.indexOf('=');
  if (at < 1) throw new UserError(`--value takes a name and a value: --value '$2=secret', not ${text}`);
  return { ...values, [text.slice(0, at)]: text.slice(at + 1) };
}

async function tryCommand(id: string | undefined, n: string | undefined, flags: TryFlags): Promise<void> {
  const format = outputFormat(flags);
  const { trace, loop } = await withStore(flags, (store) => chooseLoop(store, id, n, format.now));
  const { value = {} } = flags;
  const given = { ...value, ...(await askedValues(trace, loop, value)) };
  const trial = await onLivingRun(databasePath(flags.db, process.cwd()), trace, (control) =>
    control.tryLoop(trace, { spans: loop.spans, given }),
  );
  print(trace, loop, trial, flags);
  if (trial.comparison.same === false) process.exitCode = 1;
}

function print(trace: Trace, loop: CallLoop, trial: LoopTrial, flags: TryFlags): void {
  const format = outputFormat(flags);
  if (flags.json) {
    const { finding, spans } = loop;
    const calls = spans.map((index) => index + 1);
    const document = { request: trace.id, ...(finding && { finding: finding.id }), calls, ...trial };
    return printDocument([terminalSafeJson(document, 2)]);
  }
  if (!flags.sql) return printLines(trialLines(trace, loop, trial, format), format);
  printDocument([`${trial.script};`]);
  if (trial.comparison.same !== true) printRemark(trial.comparison.text);
}

/** The loop that is meant. Throws a UserError (exit 1) where there is none. */
export async function chooseLoop(
  store: StoreReader,
  id: string | undefined,
  n: string | undefined,
  now: number,
): Promise<{ trace: Trace; loop: CallLoop }> {
  const { trace, findings } = await verifySubject(store, id, now, n !== undefined);
  if (n !== undefined) return { trace, loop: loopOfCall(trace, chooseCall(trace, n).index) };
  const finding = findings.find((each) => isTriable(trace, each));
  const [loop] = finding === undefined ? [] : loopsOfFinding(trace, finding);
  if (loop === undefined)
    throw new UserError(
      `Request ${trace.id.slice(0, 8)} has no N+1 of queries that read. A loop by one of its calls:  scooby try ${trace.id.slice(0, 8)} <n>`,
      1,
    );
  return { trace, loop };
}

/** Values that were masked and are the same in all calls, asked for where a terminal can answer. */
async function askedValues(
  trace: Trace,
  { spans }: CallLoop,
  given: Record<string, unknown>,
): Promise<Record<string, unknown>> {
  const names = maskedValues(trace, spans).filter((name) => !Object.hasOwn(given, name));
  if (names.length === 0 || !process.stdin.isTTY || !process.stderr.isTTY) return {};
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const values: Record<string, unknown> = {};
    for (const name of names) {
      const value = await terminal.question(`${maskedQuestion(name)} (empty: stop): `);
      if (value === '') return values;
      values[name] = value;
    }
    return values;
  } finally {
    terminal.close();
  }
}

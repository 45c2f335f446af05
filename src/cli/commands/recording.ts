/** `scooby on`, `scooby off`, `scooby mark`: which requests of the running app are recorded. */

import type { Command } from 'commander';
import { ControlError, connectToRun, type RunControl } from '../../control/client.js';
import { UserError } from '../../domain/errors.js';
import type { Recording } from '../../domain/link.js';
import { capitalized, escapeToOneLine } from '../../domain/text.js';
import { databasePath } from '../../store/location.js';
import { allLivingRuns, folderFrom, isNearby, type NearbyRun } from '../nearby.js';
import { outputFormat, printLines, printRemark } from '../output.js';
import { MARKS, RECORDED_REQUESTS, RECORDING_COMMANDS } from '../print/recording.js';
import { addStoreOptions, type StoreFlags } from '../select/store-options.js';
import { quoteShellWord } from '../start-problems/shell-words.js';

const COMMANDS: { name: string; mode: Recording; description: string }[] = [
  { name: 'on', mode: 'all', description: 'record every request of the running app from now on' },
  { name: 'off', mode: 'off', description: 'record no request of the running app from now on' },
  { name: 'mark', mode: 'marked', description: 'record only marked requests of the running app from now on' },
];

/** Adds the three commands to the program. */
export function registerRecording(program: Command): void {
  for (const { name, mode, description } of COMMANDS) {
    const command = program
      .command(name)
      .description(description)
      .argument('[pid]', 'pid of a `scooby run`, as in scooby status (default: the newest of this project)')
      .addHelpText('after', helpOf(name))
      .action((pid: string | undefined, flags: StoreFlags) => switchRecording(mode, pid, flags));
    addStoreOptions(command);
  }
}

function helpOf(name: string): string {
  return `
A request is marked by the ${MARKS}.
What is not recorded costs the app next to nothing: docs/recording.md.

Examples:
  scooby ${name}
  scooby ${name} 4711              a run by its pid
  scooby mark && curl -H 'X-Scooby-Record: 1' localhost:4000/orders

Exit codes:
  0 when it is so, also if it was before; 1 when nothing runs, or the run does not answer`;
}

async function switchRecording(mode: Recording, pid: string | undefined, flags: StoreFlags): Promise<void> {
  const { run, others } = chooseRun(pid, databasePath(flags.db, process.cwd()));
  const control = await connectToRun(run.database, run.id);
  if (control === undefined)
    throw new UserError(`scooby run (pid ${run.pid}) does not answer; it may have just ended.`, 1);
  try {
    const { url, record } = await control.status();
    await control.record(mode);
    printLines(reportLines(control, { url, before: record, mode }), outputFormat(flags));
  } catch (error) {
    throw error instanceof ControlError ? new UserError(error.message, 1) : error;
  } finally {
    control.close();
  }
  for (const other of others)
    printRemark(
      `Another run goes on, pid ${other.pid}${other.url ? `, ${other.url}` : ''}: name it to switch it.`,
    );
}

function reportLines(
  { run }: RunControl,
  { url, before, mode }: { url: string | undefined; before: Recording; mode: Recording },
): string[] {
  const app = `${url ?? `pid ${run.pid}`} (${escapeToOneLine(run.command.join(' '))})`;
  const subject = RECORDED_REQUESTS[mode];
  const sentence = `${capitalized(subject)} recorded`;
  const how = mode === 'marked' ? [`Marks:  ${MARKS}`] : [];
  if (before === mode) return [`${sentence}, as before:  ${app}`, ...how];
  return [`${sentence} from now on:  ${app}`, ...how, `Back:   ${RECORDING_COMMANDS[before]}`];
}

/** The run that is meant, and the other runs of the project. Throws a UserError (exit 1) without any. */
function chooseRun(pid: string | undefined, database: string): { run: NearbyRun; others: NearbyRun[] } {
  const runs = allLivingRuns(database);
  if (pid !== undefined) {
    const run = runs.find((each) => `${each.pid}` === pid);
    if (run !== undefined) return { run, others: [] };
    throw new UserError(`No run has the pid ${escapeToOneLine(pid)}. See what runs:  scooby status`, 1);
  }
  const [run, ...others] = runs.filter((each) => each.database === database);
  if (run !== undefined) return { run, others };
  throw new UserError([nothingRuns(), ...nearbyLines(runs)].join('\n'), 1);
}

function nothingRuns(): string {
  return 'Nothing runs under scooby in this project. Start an app:  scooby run -- <command>';
}

function nearbyLines(runs: NearbyRun[]): string[] {
  const cwd = process.cwd();
  const near = runs.filter((run) => isNearby(run, cwd));
  if (near.length === 0) return [];
  const line = ({ project, pid, url }: NearbyRun) =>
    `  pid ${pid}${url ? `, ${url}` : ''}, in ${escapeToOneLine(quoteShellWord(folderFrom(cwd, project)))}`;
  return ['Nearby, to be named by its pid:', ...near.map(line)];
}

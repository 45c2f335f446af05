/** Commands in the order of the help, under headings that say what they are for. */

import type { Command } from 'commander';
import { registerCheck } from './commands/check.js';
import { registerCheckInstrument } from './commands/check-instrument.js';
import { registerClean } from './commands/clean.js';
import { registerCompletion } from './commands/completion.js';
import { registerDiff } from './commands/diff.js';
import { registerDoctor } from './commands/doctor.js';
import { registerExplain } from './commands/explain.js';
import { registerExport } from './commands/export.js';
import { registerExtension } from './commands/extension.js';
import { registerImport } from './commands/import.js';
import { registerList } from './commands/list.js';
import { registerLocals } from './commands/locals.js';
import { registerMan } from './commands/man.js';
import { registerMcp } from './commands/mcp.js';
import { registerOpen } from './commands/open.js';
import { registerProfile } from './commands/profile.js';
import { registerRecording } from './commands/recording.js';
import { registerReport } from './commands/report.js';
import { registerRun } from './commands/run.js';
import { registerRuns } from './commands/runs.js';
import { registerShow } from './commands/show.js';
import { registerStatus } from './commands/status.js';
import { registerStore } from './commands/store.js';
import { registerTop } from './commands/top.js';
import { registerTry } from './commands/try.js';
import { registerUi } from './commands/ui.js';
import { registerVerify } from './commands/verify.js';
import { registerWatch } from './commands/watch.js';

type Register = (program: Command) => void;

const GROUPS: [heading: string, commands: Register[]][] = [
  [
    'Run and record:',
    [registerRun, registerRecording, registerStatus, registerRuns, registerStore, registerClean],
  ],
  [
    'Look:',
    [
      registerUi,
      registerOpen,
      registerList,
      registerShow,
      registerTop,
      registerDiff,
      registerExplain,
      registerProfile,
      registerLocals,
    ],
  ],
  ['Prove:', [registerTry, registerVerify, registerWatch, registerCheck]],
  ['Share:', [registerReport, registerExport, registerImport, registerMcp]],
  ['Set up:', [registerDoctor, registerCheckInstrument, registerExtension, registerCompletion, registerMan]],
];

/** Adds every command to the program. */
export function registerCommands(program: Command): void {
  for (const [heading, commands] of GROUPS) {
    program.commandsGroup(heading);
    for (const register of commands) register(program);
  }
  program.helpCommand('help [command]', 'print the help of a command');
}

/**
 * Arguments with `list --help` for `help list`: commander itself answers `help` of a name that it does not
 * know, and of itself, with the program's help on stderr and no word why.
 */
export function withHelpOption(words: string[], { commands }: Command): string[] {
  const [first, name] = words;
  if (first !== 'help' || name === undefined) return words;
  if (name === 'help' || name === '-h' || name === '--help') return ['--help'];
  return commands.some((command) => command.name() === name) ? [name, '--help'] : [name];
}

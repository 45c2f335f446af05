#!/usr/bin/env node
/** The command-line program: the only file that prints errors and sets exit codes. */

import { Command, CommanderError, Option } from 'commander';
import { registerCheck } from '../src/cli/commands/check.js';
import { registerCheckInstrument } from '../src/cli/commands/check-instrument.js';
import { registerClean } from '../src/cli/commands/clean.js';
import { registerCompletion } from '../src/cli/commands/completion.js';
import { registerDiff } from '../src/cli/commands/diff.js';
import { registerDoctor } from '../src/cli/commands/doctor.js';
import { registerExplain } from '../src/cli/commands/explain.js';
import { registerExtension } from '../src/cli/commands/extension.js';
import { registerExport } from '../src/cli/commands/export.js';
import { registerImport } from '../src/cli/commands/import.js';
import { registerList } from '../src/cli/commands/list.js';
import { registerLocals } from '../src/cli/commands/locals.js';
import { registerMan } from '../src/cli/commands/man.js';
import { registerMcp } from '../src/cli/commands/mcp.js';
import { registerOpen } from '../src/cli/commands/open.js';
import { registerProfile } from '../src/cli/commands/profile.js';
import { registerRecording } from '../src/cli/commands/recording.js';
import { registerReport } from '../src/cli/commands/report.js';
import { registerRun } from '../src/cli/commands/run.js';
import { registerRuns } from '../src/cli/commands/runs.js';
import { registerShow } from '../src/cli/commands/show.js';
import { registerStatus } from '../src/cli/commands/status.js';
import { registerStore } from '../src/cli/commands/store.js';
import { registerTop } from '../src/cli/commands/top.js';
import { registerTry } from '../src/cli/commands/try.js';
import { registerUi } from '../src/cli/commands/ui.js';
import { registerVerify } from '../src/cli/commands/verify.js';
import { registerWatch } from '../src/cli/commands/watch.js';
import { handleOutputErrors } from '../src/cli/output-errors.js';
import { withUsageAdvice } from '../src/cli/usage-advice.js';
import { scoobyVersion } from '../src/cli/version.js';
import { SilentExit, UserError } from '../src/domain/errors.js';
import { escapeControls } from '../src/domain/text.js';
import { StoreError } from '../src/store/store.js';

const EXIT_USAGE = 2;

handleOutputErrors();

const program = new Command('scooby')
  .description('See what every request of your Node server really does, and which lines of code do it.')
  .version(scoobyVersion(), '-v, --version', 'print the version')
  // The letter of commander, which earlier versions had.
  .addOption(new Option('-V').hideHelp())
  .on('option:V', () => void program.parse(['-v'], { from: 'user' }))
  .helpCommand('help [command]', 'print the help of a command')
  .enablePositionalOptions()
  .exitOverride()
  .configureHelp({
    subcommandTerm: (command) => `${command.name()} ${command.usage()}`,
    showGlobalOptions: false,
  })
  .addHelpText(
    'after',
    `
Exit codes:
  0      ok
  1      no such request, or the store cannot be read; check: a budget is broken
  2      wrong usage
  127    the command to run was not found
  128+n  the command was ended by signal n
  other  the exit code of the command that was run`,
  );

for (const register of [
  registerRun,
  registerRecording,
  registerUi,
  registerOpen,
  registerExtension,
  registerStatus,
  registerStore,
  registerRuns,
  registerClean,
  registerList,
  registerShow,
  registerTop,
  registerDiff,
  registerExplain,
  registerTry,
  registerVerify,
  registerWatch,
  registerProfile,
  registerReport,
  registerLocals,
  registerExport,
  registerImport,
  registerMcp,
  registerCheck,
  registerCheckInstrument,
  registerDoctor,
  registerCompletion,
  registerMan,
])
  register(program);
for (const command of [program, ...program.commands]) {
  const name = command === program ? 'scooby' : `scooby ${command.name()}`;
  command.showHelpAfterError(`Help:  ${name} --help`).configureOutput({
    outputError: (text, write) => {
      const advised = withUsageAdvice(text, command, process.argv.slice(2), process.cwd());
      write(advised.replace(/^error: /, 'scooby: '));
    },
  });
}

try {
  const hasNoArguments = process.argv.length <= 2;
  // On a terminal `scooby` alone opens the browser.
  if (hasNoArguments && process.stdin.isTTY && process.stdout.isTTY)
    await program.parseAsync(['ui'], { from: 'user' });
  else if (hasNoArguments) program.outputHelp();
  else await program.parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error);
}

/**
 * Exit code of an error, after printing its message. Any unexpected error is a bug and is rethrown
 * with its stack.
 */
function exitCodeOf(error: unknown): number {
  // Commander has already printed its message or the help.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
  if (error instanceof SilentExit) return error.exitCode;
  if (isWorkingFolderMissing(error)) {
    process.stderr.write('scooby: the working folder has been deleted. Change to one that exists:  cd ..\n');
    return EXIT_USAGE;
  }
  if (!(error instanceof UserError) && !(error instanceof StoreError)) throw error;
  process.stderr.write(`scooby: ${escapeControls(error.message)}\n`);
  return error instanceof UserError ? error.exitCode : 1;
}

/** Whether process.cwd() has failed: a release script has replaced the folder of this shell. */
function isWorkingFolderMissing(error: unknown): boolean {
  const { code, syscall } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' && (syscall === 'uv_cwd' || syscall === 'getcwd' || syscall === 'cwd');
}

#!/usr/bin/env node
/** The command-line program: the only file that prints errors and sets exit codes. */

import { Command, CommanderError, Option } from 'commander';
import { registerCommands, withHelpOption } from '../src/cli/command-groups.js';
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
  2      wrong usage; verify, watch: no verdict
  127    the command to run was not found
  128+n  the command was ended by signal n
  other  the exit code of the command that was run

docs/commands.md has the commands by what they are for, and the exit codes of each.`,
  );

registerCommands(program);
for (const command of [program, ...program.commands]) {
  const name = command === program ? 'scooby' : `scooby ${command.name()}`;
  command.showHelpAfterError(`Help:  ${name} --help`).configureOutput({
    outputError: (text, write) => {
      const advised = withUsageAdvice(text, command, process.argv.slice(2), process.cwd());
      write(
        advised
          .replace(
            /^error: command-argument value ('.*') is invalid for argument ('\S+')\./,
            'scooby: argument $2 cannot be $1.',
          )
          .replace(/^error: /, 'scooby: '),
      );
    },
  });
}

try {
  const hasNoArguments = process.argv.length <= 2;
  // On a terminal `scooby` alone opens the browser.
  if (hasNoArguments && process.stdin.isTTY && process.stdout.isTTY)
    await program.parseAsync(['ui'], { from: 'user' });
  else if (hasNoArguments) program.outputHelp();
  else await program.parseAsync(withHelpOption(process.argv.slice(2), program), { from: 'user' });
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

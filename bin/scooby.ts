#!/usr/bin/env node
/** The program: the only file that prints an error or sets an exit code. */

import { Command } from 'commander';
import { addRun } from '../src/cli/run.js';
import { UserError } from '../src/errors.js';

const program = new Command('scooby').enablePositionalOptions();
addRun(program, (code) => {
  process.exitCode = code;
});
try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  process.stderr.write(`scooby: ${error.message}\n`);
  process.exitCode = error.exitCode;
}

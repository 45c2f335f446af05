/** Errors of the program's own output: a closed pipe, a closed terminal, a full device. */

import { closeLostTerminals } from '../terminal/lost-terminal.js';
import { fileErrorReason } from './file-error.js';

/** Exit code of a program that SIGHUP ended, as a closed terminal does. */
const EXIT_HANGUP = 129;

let isOutputOptional = false;

/**
 * Handles errors of stdout and stderr for the whole program. Without a reader of stdout a command
 * has nothing left to do; what it says on stderr is beside its work, which goes on.
 */
export function handleOutputErrors(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (!isOutputOptional) endWithoutOutput(error);
  });
  process.stderr.on('error', () => {});
  process.on('exit', closeLostTerminals);
}

/** The program goes on without a reader of stdout: `scooby run` carries the app's requests. */
export function makeOutputOptional(): void {
  isOutputOptional = true;
}

function endWithoutOutput(error: NodeJS.ErrnoException): void {
  // `scooby list | head -1` closes the pipe after its first line.
  if (error.code === 'EPIPE') process.exit();
  if (error.code === 'EIO') process.exit(EXIT_HANGUP);
  process.stderr.write(`scooby: the output cannot be written: ${fileErrorReason(error)}\n`);
  process.exit(1);
}

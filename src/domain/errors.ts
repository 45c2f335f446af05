/** Errors that end the program without a stack. Imports nothing. */

/**
 * Error that the user can resolve. The message says what happened and what to do; the program
 * prints it without a stack and exits with `exitCode`.
 */
export class UserError extends Error {
  override name = 'UserError';
  readonly exitCode: number;

  constructor(message: string, exitCode = 2) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Ends the program with an exit code and prints nothing. */
export class SilentExit extends Error {
  override name = 'SilentExit';
  readonly exitCode: number;

  constructor(exitCode: number) {
    super(`exit ${exitCode}`);
    this.exitCode = exitCode;
  }
}

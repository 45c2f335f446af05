/** Errors that a framework prints, where it tells of them in no other way. */

import { types } from 'node:util';
import { callerScript } from '../call/stack.cjs';
import { noteError } from './request-errors.cjs';

const printers: { file: RegExp; by: string }[] = [];

/** Has errors noted that a file, by its path, prints with `console.error`. */
export function notePrintedErrors(file: RegExp, by: string): void {
  printers.push({ file, by });
}

/** Notes the error that is printed by a call of `cut`, if a framework prints it. */
export function noteIfPrinted(
  cut: (...args: never[]) => unknown,
  args: ArrayLike<unknown>,
  behind: number,
): void {
  if (args.length !== 1 || !types.isNativeError(args[0]) || printers.length === 0) return;
  const script = callerScript(cut, behind);
  const printer = printers.find(({ file }) => file.test(script));
  if (printer !== undefined) noteError(args[0], printer.by);
}

/** Errors that a framework prints, where it tells of them in no other way. */

import { stripVTControlCharacters, types } from 'node:util';
import { callerScript } from '../call/stack.cjs';
import { errorField } from '../record/app-values.cjs';
import { noteError } from './request-errors.cjs';

const MAX_LEAD = 200;

/** Who prints errors: the files that do, and what they print before an error, if anything. */
interface Printer {
  by: string;
  file?: RegExp;
  lead?: RegExp;
  /** Message of an error that stands for one that was printed before. */
  standIn?: string;
}

const printers: Printer[] = [];

/**
 * Has errors noted that a file, by its path, prints with `console.error`; with a `lead`, those that are
 * printed behind such a text, which alone tells in bundles, whose files have names of their own.
 */
export function notePrintedErrors(printer: Printer): void {
  printers.push(printer);
}

/** Notes the error that is printed by a call of `cut`, if a framework prints it. */
export function noteIfPrinted(
  cut: (...args: never[]) => unknown,
  args: ArrayLike<unknown>,
  behind: number,
): void {
  const count = args.length;
  if (count !== 1 && count !== 2) return;
  const error = args[count - 1];
  if (!types.isNativeError(error) || (count === 2 && typeof args[0] !== 'string')) return;
  const text = count === 2 ? stripVTControlCharacters((args[0] as string).slice(0, MAX_LEAD)) : undefined;
  const fitting = printers.filter(({ lead }) => (text === undefined ? lead === undefined : lead?.test(text)));
  if (fitting.length === 0) return;
  const script = callerScript(cut, behind);
  const printer = fitting.find(({ file }) => file === undefined || file.test(script));
  if (printer === undefined) return;
  if (printer.standIn !== undefined && errorField(error, 'message') === printer.standIn) return;
  noteError(error, printer.by);
}

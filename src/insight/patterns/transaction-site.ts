/** Sites of transactions: the line of the app that a transaction belongs to, above wrappers that open it. */

import type { Frame } from '../../domain/trace.js';
import { isParameterOf } from '../calls/wrapper-line.js';
import type { Scene } from '../scene.js';
import type { Transaction } from './transactions.js';

// A middleware begins the transaction for the handlers behind it.
const NEXT = /^(?:await\s+)?next\s*\(/;
const CALLEE = /^(?:await\s+)?([\w$]+)\s*(?:\?\.\s*)?\(/;
/** Lines above the work's first statement in which the wrapper's call is looked for. */
const MAX_LINES_ABOVE = 20;
const MAX_LINE = 500;

/**
 * Line of a transaction: of `transaction(work)` the one that calls it, be it a library's or the app's own
 * wrapper; where that is lost, as its promise was returned, the first of the work.
 */
export function transactionSiteOf(
  { readLine }: Scene,
  { open, close, calls }: Transaction,
): Frame | undefined {
  const { site } = open;
  const first = calls.find((call) => call.site !== undefined);
  if (site === undefined || first === undefined) return site ?? first?.site;
  if (isSameLine(site, close?.site)) return site;
  const isIn = (frame: Frame) => frame.file === site.file && frame.function === site.function;
  if (calls.some((call) => call.site !== undefined && isIn(call.site))) return site;
  const callOfWork = first.path.frames.find(isIn);
  if (callOfWork && readLine(callOfWork) !== undefined && !callsParameter(callOfWork, readLine)) return site;
  const callers = open.callers.filter((frame) => callsWrapper(frame, site.function, readLine));
  // The work stands in the text of what calls the wrapper, or is called from the same file.
  const caller = callers.find(({ file }) => file === first.site!.file) ?? callers[0];
  return caller ?? lineAbove(first.site!, site.function, readLine) ?? first.site;
}

// After an await a stack lacks the functions that returned a promise: the next one calls something else.
function callsWrapper(frame: Frame, wrapper: string, readLine: Scene['readLine']): boolean {
  const text = readLine(frame);
  if (text === undefined) return true;
  if (NEXT.test(text.slice(frame.column - 1))) return false;
  const call = callOf(wrapper);
  return call === undefined || call.test(text);
}

// `return inTransaction(async (client) => {` above the work's first statement.
function lineAbove(site: Frame, wrapper: string, readLine: Scene['readLine']): Frame | undefined {
  const call = callOf(wrapper);
  if (call === undefined) return undefined;
  for (let line = site.line; line > Math.max(0, site.line - MAX_LINES_ABOVE); line--) {
    const column = call.exec((readLine(site, line) ?? '').slice(0, MAX_LINE))?.index;
    if (column !== undefined) return { ...site, line, column: column + 1 };
  }
  return undefined;
}

// A call of a function by its last name, and not its declaration.
function callOf(name: string): RegExp | undefined {
  const last = name
    .split(/[^\w$]/)
    .at(-1)
    ?.replaceAll('$', '\\$');
  return !last ? undefined : new RegExp(`(?<!function\\s|[\\w$])${last}\\s*\\((?!.*\\)\\s*\\{\\s*$)`);
}

function callsParameter(frame: Frame, readLine: Scene['readLine']): boolean {
  const callee = CALLEE.exec((readLine(frame) ?? '').slice(frame.column - 1))?.[1];
  return callee !== undefined && isParameterOf(callee, frame, readLine);
}

function isSameLine(a: Frame, b: Frame | undefined): boolean {
  return b !== undefined && a.file === b.file && a.line === b.line;
}

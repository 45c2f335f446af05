/** Errors of a request in the Overview: rows of its head and of its table, and their text. */

import { errorOutcome, errorTitle, isGraveError } from '../../domain/request-error.js';
import { parseSite } from '../../domain/site.js';
import {
  type CauseOfError,
  firstApplicationFrame,
  type RequestError,
  type Trace,
} from '../../domain/trace.js';
import { cleanLines, cleanText, fitText, type Line } from '../../terminal/cells.js';
import type { PanelContext, TableRow, TextLine } from './panel.js';
import { stackLines } from './stack-detail.js';

/** What the request threw: the first thing to know of it. */
export function errorRows(trace: Trace): Line[] {
  return (trace.errors ?? []).map((error): Line => {
    const isGrave = isGraveError(error, trace);
    return [
      ' ',
      [fitText(isGrave ? 'THREW' : 'threw', 8), isGrave ? 'error' : 'dim'],
      [cleanText(errorTitle(error)), isGrave ? 'error' : ''],
      [`  ${cleanText(errorOutcome(error, trace))}`, 'dim'],
    ];
  });
}

/** Row of an error. */
export function errorEntry(error: RequestError, trace: Trace): TableRow {
  const position = parseSite(error.site);
  const isGrave = isGraveError(error, trace);
  return {
    ...(error.span !== undefined && { span: error.span }),
    ...(position && { position }),
    copy: `${errorTitle(error)}${error.site === undefined ? '' : `\n    at ${error.site}`}`,
    line: () => [
      [` ${isGrave ? 'ERROR' : 'error'} `, isGrave ? 'error' : 'dim'],
      [cleanText(errorTitle(error)), isGrave ? 'bold' : ''],
      '  ',
      [cleanText(error.site ?? ''), 'accent'],
    ],
  };
}

/** Text of an error: its whole message, its stack with the code, and its causes. */
export function thrownText(error: RequestError, context: PanelContext): TextLine[] {
  return [error, ...(error.causes ?? [])].flatMap((each, n) => [
    ...(n === 0 ? [] : [{ line: [[' caused by', 'dim']] } as TextLine]),
    ...cleanLines(`${each.name === '' ? 'thrown' : each.name}: ${each.message}`).map(
      (text, row): TextLine => ({ line: [' ', row === 0 ? [text, 'bold'] : text], prose: true }),
    ),
    { line: [] },
    ...errorStack(each, context),
    { line: [] },
  ]);
}

function errorStack({ stack }: CauseOfError, context: PanelContext): TextLine[] {
  const frame = firstApplicationFrame(stack);
  return stack.length === 0 ? [] : stackLines({ stack, ...(frame && { frame }) }, context);
}

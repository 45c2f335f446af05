/** Errors of a request as text: what was thrown, where, with its code and causes, and what became of it. */

import { errorOutcome, errorTitle, isGraveError } from '../../domain/request-error.js';
import { formatPosition } from '../../domain/site.js';
import { escapeToOneLine } from '../../domain/text.js';
import {
  type CauseOfError,
  firstApplicationFrame,
  type RequestError,
  type Trace,
} from '../../domain/trace.js';
import type { OutputFormat } from '../../terminal/output-format.js';
import { wrapText } from '../../terminal/wrap.js';
import { codeLines, type FrameOptions, formatCallSite, frameText } from './frames.js';

const INDENT = '  ';
const CONTEXT_LINES = 2;
/** Lines of a message that are printed. */
const MAX_LINES = 6;

/** Lines of all errors, in the order in which they were seen; empty without any. */
export function thrownLines(trace: Trace, options: FrameOptions, format: OutputFormat): string[] {
  return (trace.errors ?? []).flatMap((error) => ['', ...oneError(error, trace, options, format)]);
}

function oneError(error: RequestError, trace: Trace, options: FrameOptions, format: OutputFormat): string[] {
  const { style, width } = format;
  const room = { ...format, width: width - INDENT.length };
  const isGrave = isGraveError(error, trace);
  const call = error.span === undefined ? undefined : trace.spans[error.span];
  const head = [
    style(isGrave ? 'error' : 'dim', isGrave ? 'THREW' : 'threw'),
    siteText(error, format),
    style('dim', errorOutcome(error, trace)),
  ];
  const [title = '', ...more] = messageLines(error);
  const lines = [
    head.filter((part) => part !== '').join('  '),
    ...wrapText(title, room.width, '').map((line) => style(isGrave ? 'bold' : undefined, line)),
    ...more.flatMap((line) => wrapText(line, room.width, '')),
    ...stackLines(error, options, room),
    ...(call
      ? wrapText(
          `as this call failed: ${escapeToOneLine(call.shape.label ?? call.shape.text)}${call.site ? `, at ${escapeToOneLine(call.site)}` : ''}`,
          room.width,
          '',
        )
      : []),
    ...(error.causes ?? []).flatMap((cause) => causeLines(cause, options, room)),
  ];
  return lines.map((line) => INDENT + line);
}

function messageLines(error: CauseOfError): string[] {
  const lines = error.message.split('\n').slice(1, MAX_LINES).map(escapeToOneLine);
  return [errorTitle(error), ...lines];
}

function siteText({ stack }: CauseOfError, { style }: OutputFormat): string {
  const frame = firstApplicationFrame(stack);
  return frame === undefined ? '' : style('accent', formatCallSite(frame.function, formatPosition(frame)));
}

function causeLines(cause: CauseOfError, options: FrameOptions, format: OutputFormat): string[] {
  const site = siteText(cause, format);
  const title = wrapText(`caused by ${errorTitle(cause)}`, format.width, '');
  return [
    ...title,
    ...(site === '' ? [] : [site]),
    ...(options.stack ? stackLines(cause, options, format) : []),
  ];
}

/** The code at the first line of the app's own, or every frame with `stack`. */
function stackLines({ stack }: CauseOfError, options: FrameOptions, format: OutputFormat): string[] {
  const frame = firstApplicationFrame(stack);
  if (options.stack) return stack.map((each) => frameText(each, options, format));
  return frame === undefined || frame.generated ? [] : codeLines(frame, CONTEXT_LINES, options.code, format);
}

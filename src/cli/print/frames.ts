/** Stack frames of a call and their source code, as text. */

import { formatPosition } from '../../domain/site.js';
import { escapeToOneLine } from '../../domain/text.js';
import { type Frame, frameMark, type Span } from '../../domain/trace.js';
import { cellWidth, cutText } from '../../terminal/cells.js';
import { codeFrame } from '../../terminal/code-frame.js';
import type { OutputFormat } from '../../terminal/output-format.js';
import type { SourceReader } from './source-reader.js';

/** Frames to show, and the source of their code. */
export interface FrameOptions {
  /** All frames instead of the call site alone. */
  stack?: boolean;
  code: SourceReader;
}

/**
 * Call site with its code, or every frame with `stack`; a note when no frame is the app's own code.
 */
export function frameLines(
  { stack, frame: callSite }: Span,
  options: FrameOptions,
  format: OutputFormat,
): string[] {
  const shown = options.stack ? stack : callSite ? [callSite] : [];
  if (stack.length === 0) return [];
  if (shown.length === 0)
    return [format.style('dim', "no line of the app's own code called this; all frames: --stack")];
  return shown.flatMap((frame) => [
    frameText(frame, options, format),
    ...(frame === callSite && !frame.generated ? codeLines(frame, 0, options.code, format) : []),
  ]);
}

/** `loadItems (src/orders.js:47:21)  changed since`. */
export function frameText(frame: Frame, { code }: FrameOptions, { style }: OutputFormat): string {
  const { function: name, file, line, application } = frame;
  const text = formatCallSite(name, formatPosition(frame));
  if (!application) return style('dim', text);
  const changeNote = code.changeNote(file, line);
  const mark = frameMark(frame);
  return (
    style('accent', text) +
    (mark && style('dim', mark)) +
    (changeNote ? style('warn', `  ${changeNote}`) : '')
  );
}

/** `loadItems (src/orders.js:47)`; the position alone when the function has no name. */
export function formatCallSite(name: string | undefined, position: string): string {
  const isNamed = name !== undefined && name !== '' && name !== '<anonymous>';
  return isNamed ? `${escapeToOneLine(name)} (${escapeToOneLine(position)})` : escapeToOneLine(position);
}

/**
 * A line of code with `context` lines before and after it; empty when the file's text was not
 * stored.
 */
export function codeLines(
  { file, line }: Pick<Frame, 'file' | 'line'>,
  context: number,
  code: SourceReader,
  { style, width }: OutputFormat,
): string[] {
  return codeFrame(code.lines(file) ?? [], line, context).map(({ gutter, text, isCurrent: isTarget }) => {
    if (context === 0) return style('dim', gutter) + cutText(text, width - cellWidth(gutter));
    const lead = (isTarget ? '> ' : '  ') + gutter;
    const shown = cutText(text, width - cellWidth(lead));
    return isTarget ? style('warn', lead) + style('bold', shown) : style('dim', lead + shown);
  });
}

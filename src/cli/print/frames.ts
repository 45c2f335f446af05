/** Who made a call, as text: frames, and the code as it was. */

import { escapeToOneLine } from '../../domain/text.js';
import { type Frame, formatPosition, type Span } from '../../domain/trace.js';
import { cellWidth, cutText } from '../../terminal/cells.js';
import { codeFrame } from '../../terminal/code-frame.js';
import type { OutputFormat } from '../../terminal/output-format.js';
import type { SourceReader } from './source-reader.js';

/** Which frames to show, and where the code is found. */
export interface FrameOptions {
  /** All frames instead of the one to blame. */
  stack?: boolean;
  code: SourceReader;
}

/** Answers who called: the line to blame with its code, or every frame. */
export function frameLines(
  { stack, frame: blamed }: Span,
  reading: FrameOptions,
  format: OutputFormat,
): string[] {
  const shown = reading.stack ? stack : blamed ? [blamed] : [];
  if (stack.length === 0) return [];
  if (shown.length === 0)
    return [format.style('dim', "no line of the app's own code called this; all frames: --stack")];
  return shown.flatMap((frame) => [
    frameText(frame, reading, format),
    ...(frame === blamed ? codeLines(frame, 0, reading.code, format) : []),
  ]);
}

/** `loadItems (src/orders.js:47:21)  changed since`. */
function frameText(frame: Frame, { code }: FrameOptions, { style }: OutputFormat): string {
  const { function: name, file, line, application } = frame;
  const text = formatCallSite(name, formatPosition(frame));
  if (!application) return style('dim', text);
  const since = code.changeNote(file, line);
  return style('accent', text) + (since ? style('warn', `  ${since}`) : '');
}

/** Answers `loadItems (src/orders.js:47)`, or the place alone where the function has no name. */
export function formatCallSite(name: string | undefined, place: string): string {
  const isNamed = name !== undefined && name !== '' && name !== '<anonymous>';
  return isNamed ? `${escapeToOneLine(name)} (${escapeToOneLine(place)})` : escapeToOneLine(place);
}

/** Answers a line of code as it was, with that many lines around it; empty where the file was not kept. */
export function codeLines(
  { file, line }: Pick<Frame, 'file' | 'line'>,
  around: number,
  code: SourceReader,
  { style, width: columns }: OutputFormat,
): string[] {
  return codeFrame(code.lines(file) ?? [], line, around).map(({ gutter, text, here }) => {
    if (around === 0) return style('dim', gutter) + cutText(text, columns - cellWidth(gutter));
    const lead = (here ? '> ' : '  ') + gutter;
    const held = cutText(text, columns - cellWidth(lead));
    return here ? style('warn', lead) + style('bold', held) : style('dim', lead + held);
  });
}

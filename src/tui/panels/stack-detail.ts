/** A stack as text: the user's frames, the line of code itself, and how many library frames are left out. */

import { formatPosition, type Position } from '../../domain/site.js';
import { formatCount } from '../../domain/text.js';
import type { Frame, Span } from '../../domain/trace.js';
import { cleanText, stripUnsureWidths } from '../../terminal/cells.js';
import { codeFrame, splitLines } from '../../terminal/code-frame.js';
import { framePosition, type PanelContext, type TextLine } from './panel.js';

/** Lines of code before and after the one that matters. */
const AROUND = 3;

/** Lines of code around a position that the editor opens; empty when the text is not there. */
export function codeRows(source: string | undefined, place: Position, around = AROUND): TextLine[] {
  const lines = source === undefined ? [] : splitLines(source);
  return codeFrame(lines, place.line, around).map(({ line, gutter, text, isCurrent }) => ({
    line: isCurrent
      ? [
          ['  > ', 'warn'],
          [gutter, 'warn'],
          [stripUnsureWidths(text), 'bold'],
        ]
      : ['    ', [gutter + stripUnsureWidths(text), 'dim']],
    place: { file: place.file, line },
  }));
}

function frameLine(frame: Frame): TextLine {
  const where = cleanText(formatPosition(frame));
  const name = cleanText(frame.function) || '(anonymous)';
  const line = frame.application
    ? ([[' at ', 'dim'], name, ' ', [where, 'accent']] as const)
    : ([[` at ${name} ${where}`, 'dim']] as const);
  return { line, place: framePosition(frame) };
}

/** Answers the lines of a call's stack, the code under the frame to blame. */
export function stackLines(
  { stack, frame: blamed }: Pick<Span, 'stack' | 'frame'>,
  reading: Pick<PanelContext, 'source' | 'libraries'>,
): TextLine[] {
  if (stack.length === 0) return [{ line: [[' no stack was recorded for this call', 'dim']] }];
  const out: TextLine[] = [];
  let hidden = 0;
  for (const frame of stack) {
    if (!frame.application && !reading.libraries) {
      hidden++;
      continue;
    }
    out.push(frameLine(frame));
    if (frame === blamed) out.push(...codeRows(reading.source(frame.file), framePosition(frame)));
  }
  if (hidden > 0)
    out.push({ line: [[` … ${formatCount(hidden, 'library frame')} hidden (i shows them)`, 'dim']] });
  return out;
}

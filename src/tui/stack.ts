/** A stack as text: the user's frames, the line of code itself, and how many library frames are left out. */

import { count } from '../text.js';
import type { Frame, Span } from '../trace.js';
import { clean, cleanLines } from './cells.js';
import { type Place, placeOf, type Reading, type TextLine } from './panel.js';

/** Lines of code before and after the one that matters. */
const AROUND = 3;

/** Answers the lines of code around a position, the position marked; empty when the text is not there. */
export function codeFrame(source: string | undefined, place: Place, around = AROUND): TextLine[] {
  const lines = source === undefined ? [] : cleanLines(source);
  if (place.line < 1 || place.line > lines.length) return [];
  const first = Math.max(1, place.line - around);
  const last = Math.min(lines.length, place.line + around);
  const size = String(last).length;
  const out: TextLine[] = [];
  for (let n = first; n <= last; n++) {
    const here = n === place.line;
    const gutter = `${String(n).padStart(size)} │ `;
    out.push({
      line: here
        ? [
            ['  > ', 'warn'],
            [gutter, 'warn'],
            [lines[n - 1]!, 'bold'],
          ]
        : ['    ', [gutter + lines[n - 1]!, 'dim']],
      place: { file: place.file, line: n },
    });
  }
  return out;
}

function frameLine(frame: Frame): TextLine {
  const where = `${clean(frame.file)}:${frame.line}:${frame.column}`;
  const name = clean(frame.function) || '(anonymous)';
  const line = frame.application
    ? ([[' at ', 'dim'], name, ' ', [where, 'accent']] as const)
    : ([[` at ${name} ${where}`, 'dim']] as const);
  return { line, place: placeOf(frame) };
}

/** Answers the lines of a call's stack, the code under the frame to blame. */
export function stackLines(
  { stack, frame: blamed }: Pick<Span, 'stack' | 'frame'>,
  reading: Pick<Reading, 'source' | 'libraries'>,
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
    if (frame === blamed) out.push(...codeFrame(reading.source(frame.file), placeOf(frame)));
  }
  if (hidden > 0) out.push({ line: [[` … ${count(hidden, 'library frame')} hidden (i shows them)`, 'dim']] });
  return out;
}

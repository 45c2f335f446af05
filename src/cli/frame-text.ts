/** Who made a call, as text: frames, and the code as it was. */

import { oneLine, visible } from '../text.js';
import type { Frame, Span } from '../trace.js';
import { cut, width } from '../tui/cells.js';
import type { Code } from './code.js';
import type { Screen } from './screen.js';

/** Which frames to show, and where the code is found. */
export interface Reading {
  /** All frames instead of the one to blame. */
  stack?: boolean;
  code: Code;
}

/** Answers who called: the line to blame with its code, or every frame. */
export function frameLines({ stack, frame: blamed }: Span, reading: Reading, screen: Screen): string[] {
  const shown = reading.stack ? stack : blamed ? [blamed] : [];
  if (stack.length === 0) return [];
  if (shown.length === 0)
    return [screen.style('dim', "no line of the app's own code called this; all frames: --stack")];
  return shown.flatMap((frame) => [
    frameText(frame, reading, screen),
    ...(frame === blamed ? codeLines(frame, 0, reading.code, screen) : []),
  ]);
}

/** `loadItems (src/orders.js:47:21)  changed since`. */
function frameText(frame: Frame, { code }: Reading, { style }: Screen): string {
  const { function: name, file, line, column, application } = frame;
  const text = calledAt(name, `${file}:${line}:${column}`);
  if (!application) return style('dim', text);
  const since = code.since(file, line);
  return style('accent', text) + (since ? style('warn', `  ${since}`) : '');
}

/** Answers `loadItems (src/orders.js:47)`, or the place alone where the function has no name. */
export function calledAt(name: string | undefined, place: string): string {
  const isNamed = name !== undefined && name !== '' && name !== '<anonymous>';
  return isNamed ? `${oneLine(name)} (${oneLine(place)})` : oneLine(place);
}

/** Answers a line of code as it was, with that many lines around it; empty where the file was not kept. */
export function codeLines(
  { file, line }: Pick<Frame, 'file' | 'line'>,
  around: number,
  code: Code,
  { style, width: columns }: Screen,
): string[] {
  const lines = code.lines(file) ?? [];
  if (line < 1 || line > lines.length) return [];
  const from = Math.max(1, line - around);
  const shown = undented(lines.slice(from - 1, line + around));
  const digits = String(from + shown.length - 1).length;
  return shown.map((text, n) => {
    const here = from + n === line;
    const mark = around === 0 ? '' : here ? '> ' : '  ';
    const gutter = `${mark}${String(from + n).padStart(digits)} │ `;
    const held = cut(text, columns - width(gutter));
    return around > 0 && here
      ? style('warn', gutter) + style('bold', held)
      : style('dim', around > 0 ? gutter + held : gutter) + (around > 0 ? '' : held);
  });
}

/** Answers lines as safe text without the indentation that all of them share. */
function undented(lines: string[]): string[] {
  const safe = lines.map((text) => visible(text.replaceAll('\t', '  ')).trimEnd());
  const indents = safe.filter((text) => text !== '').map((text) => text.search(/\S/));
  const shared = indents.length > 0 ? Math.min(...indents) : 0;
  return safe.map((text) => text.slice(shared));
}

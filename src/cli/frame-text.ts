/** Who made a call, as text: frames, and the line of code as it was. */

import { oneLine } from '../text.js';
import { type Frame, firstApplicationFrame } from '../trace.js';
import { cut, width } from '../tui/cells.js';
import type { Screen } from './screen.js';

/** Which frames to show, and where the code is found. */
export interface Reading {
  /** All frames instead of the first of the application. */
  stack?: boolean;
  /** Answers a line of a file as it was when the request ran. */
  code: (file: string, line: number) => string | undefined;
}

/** Answers who called: the first line of the app's own code with that line itself, or every frame. */
export function frameLines(stack: Frame[], reading: Reading, screen: Screen): string[] {
  const first = firstApplicationFrame(stack);
  const shown = reading.stack ? stack : first ? [first] : [];
  if (stack.length === 0) return [];
  if (shown.length === 0)
    return [screen.style('dim', "no line of the app's own code called this; all frames: --stack")];
  return shown.flatMap((frame) => [
    frameText(frame, screen),
    ...(frame === first ? codeLine(frame, reading, screen) : []),
  ]);
}

/** `loadItems (src/orders.js:47:21)`. */
function frameText({ function: name, file, line, column, application }: Frame, { style }: Screen): string {
  const text = `${oneLine(name) || 'anonymous'} (${oneLine(file)}:${line}:${column})`;
  return application ? style('accent', text) : style('dim', text);
}

function codeLine(frame: Frame, reading: Reading, screen: Screen): string[] {
  const code = reading.code(frame.file, frame.line);
  if (code === undefined) return [];
  const gutter = `${frame.line} │ `;
  return [screen.style('dim', gutter) + cut(oneLine(code), screen.width - width(gutter))];
}

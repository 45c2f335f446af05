/** Locals of a call, as text. */

import type { LocalsOfFrame } from '../../domain/locals.js';
import { escapeToOneLine } from '../../domain/text.js';
import { cellWidth, cutText } from '../../terminal/cells.js';
import type { OutputFormat } from '../../terminal/output-format.js';
import { type FrameOptions, frameText } from './frames.js';

const MAX_NAME_CELLS = 24;

/** Lines of each frame and its variables, a line each, cut to the width. */
export function localsLines(locals: LocalsOfFrame[], options: FrameOptions, format: OutputFormat): string[] {
  return locals.flatMap(({ frame, variables }) => [
    '',
    frameText(frame, options, format),
    ...variableLines(variables, format),
  ]);
}

/** `  row   {"id":7}`, names in a column. */
export function variableLines(
  variables: LocalsOfFrame['variables'],
  { style, width }: OutputFormat,
): string[] {
  const shown = variables.map(([name, text]) => [escapeToOneLine(name), escapeToOneLine(text)] as const);
  const column = Math.min(MAX_NAME_CELLS, Math.max(0, ...shown.map(([name]) => cellWidth(name))));
  return shown.map(([name, text]) => {
    const cut = cutText(name, column);
    const pad = ' '.repeat(Math.max(0, column - cellWidth(cut)));
    return `  ${style('accent', cut)}${pad}  ${cutText(text, width - column - 4)}`;
  });
}

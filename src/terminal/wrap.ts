/** Recorded text dedented and wrapped for a terminal. */

import { escapeControls } from '../domain/text.js';
import { cellWidth, lineText, wrapLine } from './cells.js';

/** Text width in cells even on narrower terminals: text is never dropped for lack of space. */
const MIN_WIDTH = 20;

/**
 * Text as terminal-safe lines, without surrounding empty lines and without the indentation that all
 * lines but the first share.
 */
export function dedentText(text: string): string[] {
  const lines = escapeControls(text.replace(/\r\n?/g, '\n'))
    .replace(/\t/g, '  ')
    .split('\n')
    .map((line) => line.trimEnd());
  while (lines.length > 0 && lines[0] === '') lines.shift();
  while (lines.length > 0 && lines.at(-1) === '') lines.pop();
  const indents = lines
    .slice(1)
    .filter((line) => line !== '')
    .map((line) => line.search(/\S/));
  const shared = indents.length > 0 ? Math.min(...indents) : 0;
  return lines.map((line, n) => (n === 0 ? line.trimStart() : line.slice(shared)));
}

/**
 * Line wrapped between words into rows of at most `cells` cells, as in the browser; later rows are
 * indented further.
 */
export function wrapText(line: string, cells: number, indent = '  '): string[] {
  if (cellWidth(line) <= cells) return [line];
  const laterIndent = line.search(/\S|$/) + indent.length;
  const width = Math.max(cells, laterIndent + MIN_WIDTH);
  return wrapLine([line], width, laterIndent).map((row) => lineText(row).trimEnd());
}

/** Recorded text laid out in lines for a terminal. */

import { escapeControls } from '../domain/text.js';
import { cellWidth, lineText, wrapLine } from './cells.js';

/** Cells that are used even where there are fewer: nothing is lost for want of room. */
const NARROWEST = 20;

/** Answers text as safe lines without the indentation that all but the first share, and without empty lines around it. */
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

/** A line broken between words into several of at most that many cells, as the browser breaks it; the later ones are indented further. */
export function wrapText(line: string, cells: number, indent = '  '): string[] {
  if (cellWidth(line) <= cells) return [line];
  const further = line.search(/\S|$/) + indent.length;
  const room = Math.max(cells, further + NARROWEST);
  return wrapLine([line], room, further).map((row) => lineText(row).trimEnd());
}

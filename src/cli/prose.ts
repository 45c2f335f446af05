/** Recorded text laid out in lines for a terminal. */

import { visible } from '../text.js';
import { cut, width } from '../tui/cells.js';

/** Cells that are used even where there are fewer: nothing is lost for want of room. */
const NARROWEST = 20;

/** Answers text as safe lines without the indentation that all but the first share, and without empty lines around it. */
export function dedented(text: string): string[] {
  const lines = visible(text.replace(/\r\n?/g, '\n'))
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

/** Answers a line as several of at most that many cells, broken between words; the later ones are indented further. */
export function wrapped(line: string, cells: number, indent = '  '): string[] {
  if (width(line) <= cells) return [line];
  const further = (/^\s*/.exec(line)?.[0] ?? '') + indent;
  const room = Math.max(cells, further.length + NARROWEST);
  const out: string[] = [];
  let current = '';
  for (const word of line.split(/(?<=\s)(?=\S)/)) {
    if (current.trim() !== '' && width(current + word.trimEnd()) > room) {
      out.push(current.trimEnd());
      current = further;
    }
    current += word;
    while (width(current.trimEnd()) > room) {
      const head = start(current, room);
      out.push(head);
      current = further + current.slice(head.length);
    }
  }
  if (current.trim() !== '') out.push(current.trimEnd());
  return out;
}

/** Answers the first so many cells of a longer text. */
function start(text: string, cells: number): string {
  return cut(`${text}  `, cells + 1).slice(0, -1);
}

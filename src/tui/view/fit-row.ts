/** Lays out the pieces of a row, and the caret of an input line. */

import { graphemes, type Line, lineWidth, type Segment } from '../../terminal/cells.js';

/** Row of `cells` with as many left pieces as fit beside all of the right pieces. */
export function fitPieces(cells: number, left: Line[], right: Line[] = []): Line {
  const tail = right.flatMap((piece, index): Line => (index > 0 ? ['  ', ...piece] : piece));
  const room = cells - 1 - lineWidth(tail);
  const out: Segment[] = [];
  let used = 1;
  for (const piece of left) {
    const gap = out.length > 0 ? 2 : 0;
    if (used + gap + lineWidth(piece) > room) break;
    if (gap) out.push('  ');
    out.push(...piece);
    used += gap + lineWidth(piece);
  }
  return [' ', ...out, ' '.repeat(Math.max(1, cells - used - lineWidth(tail) - 1)), ...tail];
}

/** Input line with the character at the caret highlighted; `caret` counts characters. */
export function caretLine(text: string, caret: number): Segment[] {
  const chars = graphemes(text);
  return [chars.slice(0, caret).join(''), [chars[caret] ?? ' ', 'chip'], chars.slice(caret + 1).join('')];
}

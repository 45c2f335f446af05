/** Lays out the pieces of a row, and the caret of an input line. */

import { graphemes, type Line, lineWidth, type Segment } from '../../terminal/cells.js';

const GAP = 2;

/** First cell of each piece of a row: of as many left pieces as fit beside all of the right pieces, and of these. */
function placePieces(
  cells: number,
  left: Line[],
  right: Line[],
): { left: number[]; right: number[]; end: number } {
  const widths = right.map(lineWidth);
  const tail = widths.reduce((sum, width) => sum + width, 0) + GAP * Math.max(0, right.length - 1);
  const places: number[] = [];
  let used = 1;
  for (const piece of left) {
    const from = used + (places.length > 0 ? GAP : 0);
    if (from + lineWidth(piece) > cells - 1 - tail) break;
    places.push(from);
    used = from + lineWidth(piece);
  }
  let from = used + Math.max(1, cells - used - tail - 1);
  const rights = widths.map((width) => {
    const at = from;
    from += width + GAP;
    return at;
  });
  return { left: places, right: rights, end: used };
}

/** Row of `cells` with as many left pieces as fit beside all of the right pieces. */
export function fitPieces(cells: number, left: Line[], right: Line[] = []): Line {
  const places = placePieces(cells, left, right);
  const tail = right.flatMap((piece, index): Line => (index > 0 ? ['  ', ...piece] : piece));
  const out = left
    .slice(0, places.left.length)
    .flatMap((piece, index): Line => (index > 0 ? ['  ', ...piece] : piece));
  const room = Math.max(1, cells - places.end - lineWidth(tail) - 1);
  return [' ', ...out, ' '.repeat(room), ...tail];
}

/** Index of the piece at a cell of such a row, right pieces after the left ones; undefined between them. */
export function pieceAt(cells: number, left: Line[], right: Line[], at: number): number | undefined {
  const places = placePieces(cells, left, right);
  const isAt = (pieces: Line[]) => (from: number, index: number) =>
    at >= from && at < from + lineWidth(pieces[index]!);
  const first = places.left.findIndex(isAt(left));
  if (first >= 0) return first;
  const last = places.right.findIndex(isAt(right));
  return last < 0 ? undefined : left.length + last;
}

/** Input line with the character at the caret highlighted; `caret` counts characters. */
export function caretLine(text: string, caret: number): Segment[] {
  const chars = graphemes(text);
  return [chars.slice(0, caret).join(''), [chars[caret] ?? ' ', 'chip'], chars.slice(caret + 1).join('')];
}

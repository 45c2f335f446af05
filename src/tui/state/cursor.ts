/** Cursor arithmetic: keeps the selected row in the list and in the visible part. */

import type { Cursor } from './state.js';

/** Minimum of visible rows above and below the selection. */
const MARGIN = 2;

/** Cursor clamped to `count` rows and scrolled so that the selection is visible with a margin. */
export function settleCursor(cursor: Cursor, count: number, height: number): Cursor {
  const at = Math.max(0, Math.min(cursor.at, count - 1));
  const margin = Math.min(MARGIN, Math.max(0, Math.floor((height - 1) / 2)));
  let top = Math.min(cursor.top, at - margin);
  top = Math.max(top, at - height + 1 + margin);
  top = Math.max(0, Math.min(top, count - height));
  return { at, top };
}

/** Cursor after a move; a page overlaps the previous one by one row. */
export function moveCursor(
  cursor: Cursor,
  by: 'row' | 'half' | 'page' | 'end',
  n: 1 | -1,
  count: number,
  height: number,
): Cursor {
  if (by === 'end') return settleCursor({ at: n < 0 ? 0 : count - 1, top: cursor.top }, count, height);
  const step = by === 'row' ? 1 : Math.max(1, by === 'page' ? height - 1 : Math.floor(height / 2));
  const top = by === 'row' ? cursor.top : cursor.top + n * step;
  return settleCursor({ at: cursor.at + n * step, top }, count, height);
}

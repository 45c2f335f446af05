/** Which rows of a long list are drawn, and where: a list of millions has only those that are seen. */

/** Browsers lay out no element that is higher than some 33 million pixels. */
const MAX_HEIGHT = 10_000_000;
/** Rows that are drawn beyond each edge, so that scrolling finds them there. */
const OVERSCAN = 6;

/** A list and its window. */
export interface RowWindow {
  count: number;
  /** Pixels. */
  rowHeight: number;
  height: number;
  scrollTop: number;
}

/** Rows `from` to `to` (not included), drawn from `offset` pixels on, in a box of `total` pixels. */
export interface VirtualRows {
  from: number;
  to: number;
  offset: number;
  total: number;
}

/** Rows to draw. */
export function virtualRows({ count, rowHeight, height, scrollTop }: RowWindow): VirtualRows {
  const whole = count * rowHeight;
  const total = Math.min(whole, MAX_HEIGHT);
  const top = Math.max(0, Math.min(scrollTop, total - height));
  const first = firstOf({ count, rowHeight, height, scrollTop: top });
  const from = Math.max(0, Math.floor(first) - OVERSCAN);
  const to = Math.min(count, Math.ceil(first + height / rowHeight) + OVERSCAN);
  return { from, to, offset: top + (from - first) * rowHeight, total };
}

/** Row at the top of the window, with a fraction. */
function firstOf({ count, rowHeight, height, scrollTop }: RowWindow): number {
  const whole = count * rowHeight;
  if (whole <= MAX_HEIGHT) return scrollTop / rowHeight;
  return (scrollTop / (MAX_HEIGHT - height)) * (count - height / rowHeight);
}

/** Position of scrolling at which a row is wholly seen, as near as possible to the present one. */
export function scrollTo(row: number, window: RowWindow): number {
  const { count, rowHeight, height, scrollTop } = window;
  const rows = height / rowHeight;
  const first = firstOf(window);
  const wanted = row < first ? row : row + 1 > first + rows ? row + 1 - rows : first;
  if (wanted === first) return scrollTop;
  if (count * rowHeight <= MAX_HEIGHT) return wanted * rowHeight;
  return (wanted / (count - rows)) * (MAX_HEIGHT - height);
}

/**
 * Tables: columns as wide as their content; on narrow terminals one column shrinks and others are
 * dropped.
 */

import { cellWidth, cutMiddle } from './cells.js';
import type { OutputFormat } from './output-format.js';
import type { OutputRole } from './style.js';

/** Column of a table, and its behaviour on a narrow terminal. */
export interface Column {
  head: string;
  align?: 'right';
  /** Set for the column that shrinks: minimum width in cells; its text is cut in the middle. */
  minWidth?: number;
  /** Set for columns that are dropped when `minWidth` does not fit; the lowest is dropped first. */
  dropOrder?: number;
}

/** Text of a cell, already safe for a terminal, and its role. */
export type Cell = readonly [text: string, role?: OutputRole | undefined];

const GAP = '  ';

/** Lines of a table, heads first; empty columns are left out. */
export function tableLines(columns: Column[], rows: Cell[][], format: OutputFormat): string[] {
  const widths = columns.map(({ head }, n) =>
    rows.some((row) => row[n]![0] !== '')
      ? Math.max(cellWidth(head), ...rows.map((row) => cellWidth(row[n]![0])))
      : 0,
  );
  fitWidths(columns, widths, format.width);
  const line = (cells: Cell[]) =>
    columns
      .map(({ align }, n) => (widths[n] === 0 ? undefined : padCell(cells[n]!, widths[n]!, align, format)))
      .filter((text) => text !== undefined)
      .join(GAP);
  return [line(columns.map(({ head }) => [head, 'dim'])), ...rows.map(line)];
}

/** Drops columns until the shrinking column has its minimum width, then shrinks it to the rest. */
function fitWidths(columns: Column[], widths: number[], maxWidth: number): void {
  const flexible = columns.findIndex(({ minWidth }) => minWidth !== undefined);
  const fullWidth = widths[flexible]!;
  const minWidth = Math.min(fullWidth, columns[flexible]!.minWidth!);
  const otherWidths = () =>
    widths.reduce((sum, size, n) => (n === flexible || size === 0 ? sum : sum + size + GAP.length), 0);
  const droppable = columns
    .map(({ dropOrder }, n) => ({ dropOrder, n }))
    .filter(({ dropOrder }) => dropOrder !== undefined);
  for (const { n } of droppable.sort((a, b) => a.dropOrder! - b.dropOrder!)) {
    if (otherWidths() + minWidth <= maxWidth) break;
    widths[n] = 0;
  }
  widths[flexible] = Math.max(Math.min(fullWidth, maxWidth - otherWidths()), minWidth);
}

function padCell([text, role]: Cell, size: number, align: 'right' | undefined, format: OutputFormat): string {
  const cut = cutMiddle(text, size);
  const gap = ' '.repeat(size - cellWidth(cut));
  return align === 'right' ? gap + format.style(role, cut) : format.style(role, cut) + gap;
}

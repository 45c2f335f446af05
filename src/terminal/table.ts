/** Tables: columns as wide as what is in them, one that gives way, and some that go first where it is narrow. */

import { cellWidth, cutMiddle } from './cells.js';
import type { OutputFormat } from './output-format.js';
import type { OutputRole } from './style.js';

/** A column, and how it behaves where it is narrow. */
export interface Column {
  head: string;
  align?: 'right';
  /** Gives way: its text is cut in the middle, down to that many cells. */
  atLeast?: number;
  /** Goes when `atLeast` cannot be had; the lowest first. */
  gone?: number;
}

/** A cell's text, safe already, and its role. */
export type Cell = readonly [text: string, role?: OutputRole | undefined];

const GAP = '  ';

/** Answers the lines of a table, its heads first; a column with nothing in it is left out. */
export function tableLines(columns: Column[], rows: Cell[][], screen: OutputFormat): string[] {
  const widths = columns.map(({ head }, n) =>
    rows.some((row) => row[n]![0] !== '')
      ? Math.max(cellWidth(head), ...rows.map((row) => cellWidth(row[n]![0])))
      : 0,
  );
  squeeze(columns, widths, screen.width);
  const line = (cells: Cell[]) =>
    columns
      .map(({ align }, n) => (widths[n] === 0 ? undefined : padded(cells[n]!, widths[n]!, align, screen)))
      .filter((text) => text !== undefined)
      .join(GAP);
  return [line(columns.map(({ head }) => [head, 'dim'])), ...rows.map(line)];
}

/** Takes from the column that gives way, then takes whole columns, until all fit. */
function squeeze(columns: Column[], widths: number[], room: number): void {
  const flexible = columns.findIndex(({ atLeast }) => atLeast !== undefined);
  const natural = widths[flexible]!;
  const least = Math.min(natural, columns[flexible]!.atLeast!);
  const others = () =>
    widths.reduce((sum, size, n) => (n === flexible || size === 0 ? sum : sum + size + GAP.length), 0);
  const leaving = columns.map(({ gone }, n) => ({ gone, n })).filter(({ gone }) => gone !== undefined);
  for (const { n } of leaving.sort((a, b) => a.gone! - b.gone!)) {
    if (others() + least <= room) break;
    widths[n] = 0;
  }
  widths[flexible] = Math.max(Math.min(natural, room - others()), least);
}

function padded([text, role]: Cell, size: number, align: 'right' | undefined, screen: OutputFormat): string {
  const held = cutMiddle(text, size);
  const gap = ' '.repeat(size - cellWidth(held));
  return align === 'right' ? gap + screen.style(role, held) : screen.style(role, held) + gap;
}

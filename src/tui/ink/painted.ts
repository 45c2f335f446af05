/** Painted text: how wide it is, and where terminals may see it otherwise. */

import { cellWidth } from '../../terminal/cells.js';

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours and anchors take no cells
const CODES = /\x1b\[[\d;]*[mG]/g;
// Our own glyphs are one cell wide everywhere.
// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape that starts a colour
const SURE = /^[\x1b\x20-\x7e─-▟●○…·×↑↓←→↵✓]*$/;

/** Answers how many cells a painted text takes. */
export function paintedWidth(text: string): number {
  return cellWidth(text.includes('\x1b') ? text.replace(CODES, '') : text);
}

/** Answers whether terminals may disagree about the width of a text. */
export function isUnsureWidth(text: string): boolean {
  return !SURE.test(text);
}

/** Answers what puts the cursor into a column, counted from 0. */
export function cursorToColumn(column: number): string {
  return `\x1b[${column + 1}G`;
}

/** Width of painted text, and whether terminals agree on it. */

import { cellWidth } from '../../terminal/cells.js';

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours and anchors take no cells
const ESCAPE_CODES = /\x1b\[[\d;]*[mG]/g;
// The browser's own glyphs are one cell wide in every terminal.
// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape that starts a colour
const SURE_WIDTH = /^[\x1b\x20-\x7e─-▟●○…·×↑↓←→↵✓]*$/;

/** Width of a painted text in cells. */
export function paintedWidth(text: string): number {
  return cellWidth(text.includes('\x1b') ? text.replace(ESCAPE_CODES, '') : text);
}

/** True where terminals may disagree on the width of a text. */
export function isUnsureWidth(text: string): boolean {
  return !SURE_WIDTH.test(text);
}

/** Escape sequence that moves the cursor to a column, counted from 0. */
export function cursorToColumn(column: number): string {
  return `\x1b[${column + 1}G`;
}

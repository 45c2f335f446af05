/** Replaces Ink's `measure-text.js`, whose cache keeps every text ever measured. */

import { paintedWidth } from './painted.js';

/** Width in cells and height in rows of a text. */
export function measureText(text: string): { width: number; height: number } {
  if (text === '') return { width: 0, height: 0 };
  if (!text.includes('\n')) return { width: paintedWidth(text), height: 1 };
  const lines = text.split('\n');
  return { width: Math.max(...lines.map(paintedWidth)), height: lines.length };
}

/** Width in cells of the widest line of a text. */
export function widestLine(text: string): number {
  return measureText(text).width;
}

// biome-ignore lint/style/noDefaultExport: the shape of the replaced module
export default measureText;

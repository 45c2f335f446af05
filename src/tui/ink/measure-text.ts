/** The size of a text, in place of Ink's own `measure-text.js`, which keeps every text that it has ever seen. */

import { paintedWidth } from './painted.js';

/** Answers cells and rows of a text. */
export function measureText(text: string): { width: number; height: number } {
  if (text === '') return { width: 0, height: 0 };
  if (!text.includes('\n')) return { width: paintedWidth(text), height: 1 };
  const lines = text.split('\n');
  return { width: Math.max(...lines.map(paintedWidth)), height: lines.length };
}

/** Answers the cells of the widest line of a text. */
export function widestLine(text: string): number {
  return measureText(text).width;
}

// biome-ignore lint/style/noDefaultExport: the shape of the module that it takes the place of
export default measureText;

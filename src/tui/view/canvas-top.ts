/** First visible row of a drawing, so that the row of the selected entry is in sight. */

import type { Canvas } from '../panels/panel.js';

/** Row of the drawing at the top of `height` rows. */
export function canvasTop({ rowOf, height: rows }: Canvas, at: number, height: number): number {
  return Math.max(0, Math.min(rowOf(at) - height + 2, rows - height));
}

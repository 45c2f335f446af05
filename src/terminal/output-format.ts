/** How printed output looks: its width, its style, and the instant that ages are counted from. */

import type { Style } from './style.js';

/** Everything that the look of a command's output depends on. */
export interface OutputFormat {
  /** Cells in a row; Infinity where nobody counts them, as in a file. */
  width: number;
  style: Style;
  /** Epoch ms. */
  now: number;
  /** Drawn characters are replaced by ASCII. */
  ascii?: boolean;
}

/** Output format of a command: width, style, and the current time for ages. */

import type { Style } from './style.js';

export interface OutputFormat {
  /** Cells of a row; Infinity without a limit, as in a file. */
  width: number;
  style: Style;
  /** Epoch ms. */
  now: number;
  /** Drawn characters are replaced by ASCII. */
  ascii?: boolean;
}

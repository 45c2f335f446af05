/** Totals as people read them. */

import { formatMs } from '../../domain/text.js';
import type { Total } from '../../domain/trace.js';
import { cleanText } from '../../terminal/cells.js';

/** Answers a kind's total: `12 sql 30ms`. */
export function formatTotal(kind: string, total: Total): string {
  return `${total.count.toLocaleString('en-US')} ${cleanText(kind)} ${formatMs(total.ms)}`;
}

/** Totals of a kind of calls, as text. */

import { formatMs } from '../../domain/text.js';
import { type Total, timeOf } from '../../domain/trace.js';
import { cleanText } from '../../terminal/cells.js';

/** `12 sql 30ms`; the time of calls that ran at once counts once. */
export function formatTotal(kind: string, total: Total): string {
  return `${total.count.toLocaleString('en-US')} ${cleanText(kind)} ${formatMs(timeOf(total))}`;
}

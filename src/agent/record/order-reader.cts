/** Reader of the launcher's orders: one JSON object a line, in ASCII. */

import type { LinkOrder } from '../../domain/link.js';

/** Listener of a socket's data that passes each whole order to `onOrder`. */
export function orderReader(onOrder: (order: LinkOrder) => void): (chunk: Buffer) => void {
  let text = '';
  return (chunk) => {
    text += chunk.toString('latin1');
    let end = text.indexOf('\n');
    while (end >= 0) {
      try {
        onOrder(JSON.parse(text.slice(0, end)));
      } catch {
        // An order of another version's launcher is ignored.
      }
      text = text.slice(end + 1);
      end = text.indexOf('\n');
    }
  };
}

/** Standard streams of a terminal that was closed while the program ran. */

import { closeSync } from 'node:fs';
import { isatty } from 'node:tty';

/** Descriptors that are a terminal when the program starts. */
const terminals = [0, 1, 2].filter(isatty);

/**
 * Closes the descriptors of a closed terminal; to be called last. At its exit Node restores the
 * modes of each terminal it was started on, and aborts (SIGABRT) where that fails with EIO.
 */
export function closeLostTerminals(): void {
  for (const fd of terminals) {
    if (isatty(fd)) continue;
    try {
      closeSync(fd);
    } catch {
      // It is closed already.
    }
  }
}

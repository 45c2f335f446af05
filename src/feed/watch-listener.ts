/** Listener of a watch over a route. */

import type { Verification } from '../insight/verify/verdicts.js';

/** What a watch tells. */
export interface WatchListener {
  compared(verification: Verification): void;
  /** The request could not be sent, or was not recorded. */
  failed(message: string): void;
}

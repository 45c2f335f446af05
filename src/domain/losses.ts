/** Requests that runs have not kept, and the sentence about them: one for the CLI, the screen and the page. */

import { escapeToOneLine, formatCount } from './text.js';

/** Requests that a run has not kept, and why. */
export interface RequestLoss {
  requests: number;
  /** `the database was deleted`: part of a sentence. */
  reason: string;
}

/** The same with the number of the run. */
export interface RunLoss extends RequestLoss {
  run: number;
}

/** `Run 3 did not keep 12 requests: there is no room left on the disk.` */
export function lossSentence({ run, requests, reason }: RunLoss): string {
  return `Run ${run} did not keep ${formatCount(requests, 'request')}: ${escapeToOneLine(reason)}.`;
}

/** Losses of one run, by default of the newest; `newestRun` is the newest that has kept something. */
export function lossesOfRun(losses: readonly RunLoss[], newestRun: number, wanted?: number): RunLoss[] {
  const run = wanted ?? Math.max(newestRun, ...losses.map((loss) => loss.run));
  return losses.filter((loss) => loss.run === run);
}

/**
 * Decides which lines are written before the app goes on, and which wait for the end of the turn.
 * A write takes 3 to 5 µs between an app's other work: a sixth of what recording a query costs. Up
 * to 500 a second, and 32 in a burst, lines are written as they come, so that whatever ends the
 * process (a native crash, SIGKILL, an endless loop) leaves its last query. Above that rate those
 * of a turn are written together; `before-end.cts` writes them before what ends a process from
 * within, and a process that is killed from outside loses at most its last turn.
 */

import { isMainThread } from 'node:worker_threads';
import { now } from '../request/traced-request.cjs';

const WRITES_A_MS = 0.5;
const MAX_CREDIT = 32;

let credit = MAX_CREDIT;
let creditedAt = 0;
// A worker thread can be terminated between any two lines of its code.
let isUnlimited = !isMainThread;

/** Whether a line is to be written now; takes its credit. */
export function mayWriteAtOnce(): boolean {
  if (isUnlimited) return true;
  const at = now();
  credit = Math.min(MAX_CREDIT, credit + (at - creditedAt) * WRITES_A_MS);
  creditedAt = at;
  if (credit < 1) return false;
  credit--;
  return true;
}

/** From now on each line is written at once: there may be no end of a turn any more. */
export function writeAllAtOnce(): void {
  isUnlimited = true;
}

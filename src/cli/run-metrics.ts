/** What the store of a run adds up, and under which name it keeps the run. */

import { randomUUID } from 'node:crypto';
import { describeOld } from '../insight/calls/describe.js';
import { tallyOf } from '../insight/metrics/samples.js';
import type { Accounting } from '../store/store.js';

/** Answers how a run of a command that begins now is kept. */
export function accountingOf(command: string[]): Required<Accounting> {
  const run = { key: randomUUID(), start: Date.now(), command: command.join(' ') };
  return { tally: tallyOf, run, describe: describeOld };
}

/** What the store of a run adds up, and under which name it keeps the run. */

import { randomUUID } from 'node:crypto';
import { describeOld } from '../insight/calls/describe.js';
import { samplesOf } from '../insight/metrics/samples.js';
import type { Sampling } from '../store/store.js';

/** Answers how a run of a command that begins now is kept. */
export function samplingOf(command: string[]): Required<Sampling> {
  const run = { key: randomUUID(), start: Date.now(), command: command.join(' ') };
  return { samplesOf, run, describe: describeOld };
}

/** Store options of a new run: its samples and its entry in the list of runs. */

import { randomUUID } from 'node:crypto';
import { redactArguments } from '../domain/redact-command.cjs';
import { describeStored } from '../insight/calls/describe.js';
import { samplesOf } from '../insight/metrics/samples.js';
import type { Sampling } from '../store/store.js';

/** Sampling of a run of `command` that starts now. */
export function samplingOf(command: string[]): Required<Sampling> {
  const run = { key: randomUUID(), start: Date.now(), command: redactArguments(command).join(' ') };
  return { samplesOf, run, describe: describeStored };
}

/** Entry of a new run in the list of runs. */

import { randomUUID } from 'node:crypto';
import { redactArguments } from '../domain/redact-command.cjs';
import type { Sampling } from '../store/store.js';

/** Run of `command` that starts now. */
export function newRun(command: string[]): NonNullable<Sampling['run']> {
  return { key: randomUUID(), start: Date.now(), command: redactArguments(command).join(' ') };
}

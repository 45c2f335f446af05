/** What the launcher wants of this process: the run folder's note, and the one switch of the hot path. */

import { readFileSync } from 'node:fs';
import type { Recording, RunConfig } from '../domain/link.js';

/** The switch, read in the first line of every wrapper: it starts off, and is off again when the launcher is gone. */
export const state = { recording: 'off' as Recording };

/** Answers the launcher's note, or nothing where this process was not started by scooby or the launcher is gone. */
export function readRunConfig(folder = process.env.SCOOBY_RUN): RunConfig | undefined {
  if (folder === undefined) return undefined;
  try {
    return JSON.parse(readFileSync(`${folder}/run.json`, 'utf8'));
  } catch {
    // The launcher has ended and taken its folder along: the app runs as if there had been none.
    return undefined;
  }
}

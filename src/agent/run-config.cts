/** Configuration of the run: the launcher's run.json, and the recording switch of the hot path. */

import { readFileSync } from 'node:fs';
import type { Recording, RunConfig } from '../domain/link.js';
import type { RecordPolicy } from '../domain/record-rules.cjs';

/**
 * Recording switch, checked first in every wrapper; off at the start and after the launcher exits.
 */
export const state = {
  recording: 'off' as Recording,
  /** Rules on requests without a mark; undefined where each is recorded. */
  policy: undefined as RecordPolicy | undefined,
  /** performance.now() when a request was last left out while others are recorded; 0: none was. */
  leftOutAt: 0,
  /** Whether responses have Server-Timing and X-Scooby-Overhead. */
  serverTiming: false,
};

/**
 * Working folder; where that has been removed (a release's, swapped for the next), the one that the
 * shell last named: `process.cwd()` throws there, and would end the app.
 */
export function workingFolder(): string {
  try {
    return process.cwd();
  } catch {
    return process.env.PWD ?? '';
  }
}

/** The run folder in a path to the agent that leads through it; in quotes it may have spaces. */
const FOLDER_IN_OPTIONS =
  /"((?:[^"\\]|\\.)*[\\/]scooby-\d+-\w{6})[\\/]\.\.[\\/]|(?:^|[\s=])([^\s"=]*[\\/]scooby-\d+-\w{6})[\\/]\.\.[\\/]/g;

/**
 * Run folder of this process: SCOOBY_RUN or, where that was filtered out of the environment
 * (Turborepo), the one that NODE_OPTIONS leads through. Undefined without scooby.
 */
export function runFolder(env = process.env): string | undefined {
  if (env.SCOOBY_RUN) return env.SCOOBY_RUN;
  const [, quoted, bare] = [...(env.NODE_OPTIONS ?? '').matchAll(FOLDER_IN_OPTIONS)].at(-1) ?? [];
  return quoted?.replace(/\\(.)/g, '$1') ?? bare;
}

/**
 * Reads run.json of the run folder; undefined where scooby did not start this process or the
 * launcher has exited.
 */
export function readRunConfig(folder = runFolder()): RunConfig | undefined {
  if (folder === undefined) return undefined;
  try {
    return JSON.parse(readFileSync(`${folder}/run.json`, 'utf8'));
  } catch {
    // The launcher removes the folder when it exits: the app then runs as without scooby.
    return undefined;
  }
}

/** Facts of a run, a file in its folder: by them the next start saves what a killed launcher had not. */

import { lstatSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { databasePath } from '../store/location.js';
import type { CollectorSettings, RecordedRun } from './collector-messages.js';

const NAME = 'recorded-run.json';
/** More than a path, a command and the project's decisions have. */
const MAX_BYTES = 1024 * 1024;

/** Writes the facts; without them, on a full disk, nothing of the run can be saved later. */
export function writeRecordedRun(folder: string, settings: CollectorSettings): void {
  const { project, packages, judgeOptions, run, store } = settings;
  const facts: RecordedRun = {
    ...{ project, run, database: databasePath(store.db, store.cwd) },
    ...(packages && { packages }),
    ...(judgeOptions && { judgeOptions }),
  };
  try {
    writeFileSync(join(folder, NAME), JSON.stringify(facts), { mode: 0o600 });
  } catch {}
}

/** Facts of the run of a folder; undefined where they are missing or spoilt. */
export function readRecordedRun(folder: string): RecordedRun | undefined {
  const path = join(folder, NAME);
  try {
    const stats = lstatSync(path);
    // A pipe would be waited for.
    if (!stats.isFile() || stats.size > MAX_BYTES) return undefined;
    const { database, project, packages, judgeOptions, run } = JSON.parse(readFileSync(path, 'utf8'));
    const texts = [database, project, run.key, run.command, ...(packages ?? [])];
    if (texts.some((text) => typeof text !== 'string') || !Number.isFinite(run.start)) return undefined;
    return { database, project, run, ...(packages && { packages }), ...(judgeOptions && { judgeOptions }) };
  } catch {
    return undefined;
  }
}

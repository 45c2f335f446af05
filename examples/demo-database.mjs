/** The database that pictures are taken of: the one that is named, else the demo's, which runs for it. */

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** Path of the database; without a name the demo records one into the folder. */
export function demoDatabase(folder, named) {
  if (named !== undefined) return named;
  const database = join(folder, 'demo.db');
  const { status } = spawnSync(process.execPath, [join(import.meta.dirname, 'demo.mjs')], {
    env: { ...process.env, SCOOBY_DB: database },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) throw new Error(`the demo ended with ${status}`);
  return database;
}

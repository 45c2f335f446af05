/** Message where this folder has no store, but a run or a store nearby may be meant. */

import { existsSync } from 'node:fs';
import { UserError } from '../../domain/errors.js';
import { escapeToOneLine } from '../../domain/text.js';
import { databasePath } from '../../store/location.js';
import { allLivingRuns, folderFrom, isNearby, nearbyStores } from '../nearby.js';
import { quoteShellWord } from '../start-problems/shell-words.js';

/**
 * Throws a UserError (exit 1) that names the runs and stores nearby, where the database of `cwd` does not
 * exist and there are some. Without any, the store's own message says how to record.
 */
export function rejectMissingStore(db: string | undefined, cwd: string): void {
  const database = databasePath(db, cwd);
  if (db !== undefined || process.env.SCOOBY_DB || existsSync(database)) return;
  const runs = allLivingRuns(database).filter((run) => isNearby(run, cwd));
  const projects = new Set(runs.map(({ project }) => project));
  const stores = nearbyStores(cwd).filter(({ project }) => !projects.has(project));
  if (runs.length + stores.length === 0) return;
  const place = (folder: string) => escapeToOneLine(quoteShellWord(folderFrom(cwd, folder)));
  throw new UserError(
    [
      'Nothing has been recorded in this folder. Nearby:',
      ...runs.map(
        ({ project, pid, url }) => `  cd ${place(project)}   a run, pid ${pid}${url ? `, ${url}` : ''}`,
      ),
      ...stores.map(({ project }) => `  cd ${place(project)}   stored requests`),
    ].join('\n'),
    1,
  );
}

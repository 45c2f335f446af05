/** Recovery of this project's runs that were killed, before a command reads the store. */

import type { RecordedRun } from '../../collector/collector-messages.js';
import { runFolderBases } from '../../launcher/run-folder.js';
import { removeStaleFolders } from '../../launcher/stale-folders.js';
import { databasePath } from '../../store/location.js';
import { agentFile } from '../agent-file.js';
import { printRemark } from '../output.js';

/** Saves what killed launchers had not, and says so in a line on stderr; never rejects. */
export async function recoverKilledRuns(db: string | undefined): Promise<void> {
  const recover = async (folder: string, facts: RecordedRun) => {
    // Most of the launcher, which a reading command seldom needs.
    const { recoverAndRemove } = await import('../../collector/recover-run.js');
    const message = await recoverAndRemove({ folder, facts, agent: agentFile() });
    if (message !== '') printRemark(`scooby: ${message}`);
  };
  const recovery = { database: databasePath(db, process.cwd()), recover };
  for (const base of runFolderBases()) await removeStaleFolders(base, recovery);
}

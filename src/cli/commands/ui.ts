/** `scooby` and `scooby ui`: the terminal browser over the project's store. */

import { type Command, Option } from 'commander';
import { UserError } from '../../domain/errors.js';
import { LauncherConnection } from '../../feed/launcher-connection.js';
import { LiveFeed } from '../../feed/live-feed.js';
import { databasePath } from '../../store/location.js';
import { browse } from '../../tui/browse.js';
import { ConfigError } from '../../tui/user-config.js';
import { emptyStore, storeToClean } from '../clean/clean-store.js';
import { otlpSettings } from '../otlp-settings.js';
import { rejectMissingStore } from '../select/missing-store.js';
import { recoverKilledRuns } from '../select/recover-killed-runs.js';
import { sharedStoreOf } from '../select/shared-store.js';
import { openFeed, readsFile, STORE_OPTION } from '../select/store-options.js';

export interface UiFlags {
  db?: string;
  store?: string;
  color?: boolean;
  plain?: boolean;
  ascii?: boolean;
  mouse?: boolean;
  /** Started by `scooby run --ui`, with an IPC channel to it. */
  attached?: boolean;
}

/** Adds the command to the program; `scooby` without arguments runs it on a terminal. */
export function registerUi(program: Command): void {
  program
    .command('ui')
    .description('browse the requests in the terminal; the same as scooby without arguments')
    .option('--db <file>', "database to read (default: SCOOBY_DB, else this project's)")
    .option('--store <url>', STORE_OPTION)
    .option('--plain', 'print one line per request instead of a screen, and follow a running app')
    .option('--ascii', 'draw with ASCII characters only')
    .option('--mouse', 'use clicks and the wheel; shift then selects text')
    .option('--no-color', 'no colours (also: NO_COLOR=1)')
    .addOption(new Option('--attached').hideHelp())
    .addHelpText(
      'after',
      `
Keys: ? shows all of them. In the list, Enter opens a request, / filters, e opens the line in your editor, q quits.
While an app runs under scooby in this project, r sends a request again, t changes which requests are recorded, ctrl-r
restarts the app. \`scooby run --ui -- <command>\` shows the app and the browser in one terminal.
Keys and colours can be changed in ~/.config/scooby/config.json.

Examples:
  scooby                               the same, from any folder of the project
  scooby ui --db /tmp/other.db         another database
  scooby ui --plain | grep N+1         lines instead of a screen`,
    )
    .action(runBrowser);
}

/**
 * Runs the browser until the user quits. Throws a UserError for an invalid configuration and a
 * StoreError for an unreadable store.
 */
async function runBrowser(flags: UiFlags): Promise<void> {
  const cwd = process.cwd();
  if (!flags.attached && readsFile(flags)) rejectMissingStore(flags.db, cwd);
  const database = databasePath(flags.db, cwd);
  // Connected before the store opens, so that no output of the app is missed meanwhile.
  const launcher = flags.attached && process.connected ? new LauncherConnection() : undefined;
  // The run beside an attached browser recovers by itself.
  if (launcher === undefined) await recoverKilledRuns(flags.db);
  // What is in a run's memory alone is the run's.
  const isKept = readsFile(flags) || sharedStoreOf(flags, cwd) !== undefined;
  const clear = isKept ? () => emptyStore(storeToClean(flags, cwd)) : undefined;
  const open = async () => new LiveFeed(await openFeed(flags), database, launcher, clear);
  const { plain, ascii, mouse } = flags;
  try {
    await browse({
      open,
      exportContext: otlpSettings(true, cwd, process.env),
      ...(plain ? { plain } : {}),
      ...(ascii ? { ascii } : {}),
      ...(mouse ? { mouse } : {}),
      ...(flags.color === false ? { colour: false } : {}),
    });
  } catch (error) {
    throw error instanceof ConfigError ? new UserError(error.message) : error;
  } finally {
    launcher?.close();
  }
}

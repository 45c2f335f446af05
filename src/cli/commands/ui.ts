/** `scooby` and `scooby ui`: the browser over the project's store. */

import { type Command, Option } from 'commander';
import { UserError } from '../../domain/errors.js';
import { LauncherConnection } from '../../feed/launcher-connection.js';
import { LiveFeed } from '../../feed/live-feed.js';
import { describeOld } from '../../insight/calls/describe.js';
import { databasePath } from '../../store/location.js';
import { openReader } from '../../store/open.js';
import { browse } from '../../tui/browse.js';
import { ConfigError } from '../../tui/user-config.js';
import { printRemark } from '../output.js';

export interface UiFlags {
  db?: string;
  color?: boolean;
  plain?: boolean;
  ascii?: boolean;
  mouse?: boolean;
  /** `scooby run --ui` has started it, and talks to it. */
  attached?: boolean;
}

/** Adds the command to the program; it is what `scooby` alone does on a terminal. */
export function registerUi(program: Command): void {
  program
    .command('ui')
    .description('browse the requests on the terminal; the same as scooby alone')
    .option('--db <file>', "the database to read, instead of this project's")
    .option('--plain', 'one line for each request instead of a screen')
    .option('--ascii', 'draw with ASCII characters only')
    .option('--mouse', 'clicks and the wheel; text is then selected with shift')
    .option('--no-color', 'no colours; so does NO_COLOR=1')
    .addOption(new Option('--attached').hideHelp())
    .addHelpText(
      'after',
      `
Keys: ? shows them all. From the list:  ↵ opens a request, / filters, e opens the line in your editor, q quits.
While an app runs under scooby in this project:  r sends a request again, t switches what is recorded, ctrl-r starts
the app again. \`scooby run --ui -- <command>\` has the app and the browser in one terminal.
Keys and colours are yours to change in ~/.config/scooby/config.json.

Examples:
  scooby                               the same, from anywhere in the project
  scooby ui --db /tmp/other.db         another database
  scooby ui --plain | grep N+1         lines instead of a screen`,
    )
    .action(runBrowser);
}

/** Runs the browser. Throws a UserError for a configuration, a StoreError for a store, that cannot be used. */
export async function runBrowser(flags: UiFlags): Promise<void> {
  const cwd = process.cwd();
  const place = databasePath(flags.db, cwd);
  // What the app prints meanwhile is not to be missed.
  const attachment = flags.attached && process.connected ? new LauncherConnection() : undefined;
  const options = { db: flags.db, cwd, describe: describeOld };
  const open = async () => new LiveFeed(await openReader(options, printRemark), place, attachment);
  const { plain, ascii, mouse } = flags;
  try {
    await browse({
      open,
      ...(plain ? { plain } : {}),
      ...(ascii ? { ascii } : {}),
      ...(mouse ? { mouse } : {}),
      ...(flags.color === false ? { colour: false } : {}),
    });
  } catch (error) {
    throw error instanceof ConfigError ? new UserError(error.message) : error;
  } finally {
    attachment?.close();
  }
}

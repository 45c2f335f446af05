/** `scooby open`: the requests in the web browser, on the page of the run or one of its own. */

import type { Server } from 'node:http';
import { type Command, Option } from 'commander';
import { connectToRun } from '../../control/client.js';
import type { Feed } from '../../feed/feed.js';
import { LiveFeed } from '../../feed/live-feed.js';
import { pagePlace } from '../../screens/page-place.js';
import { databasePath } from '../../store/location.js';
import { openUrl } from '../../tui/effects/open-url.js';
import { canOpenBrowser } from '../can-open-browser.js';
import { parsePort } from '../config/units.js';
import { printDocument, printRemark } from '../output.js';
import { rejectMissingStore } from '../select/missing-store.js';
import { recoverKilledRuns } from '../select/recover-killed-runs.js';
import { chooseRequest } from '../select/request.js';
import { openFeed, readsFile, STORE_OPTION, withStore } from '../select/store-options.js';
import { chooseCall } from './explain.js';

export interface OpenFlags {
  db?: string;
  store?: string;
  browser: boolean;
  pagePort?: number;
  /** Started by `scooby run`, with an IPC channel to it. */
  attached?: boolean;
}

/** Adds the command to the program. */
export function registerOpen(program: Command): void {
  program
    .command('open')
    .description('browse the requests in the web browser')
    .argument('[request]', 'as in show: an id, a URL or a route, last (default: the list)')
    .argument('[call]', 'number of the call, as in show, or a fingerprint')
    .option('--no-browser', 'only print the link (so without a display, over SSH and in CI)')
    .option(
      '--page-port <port>',
      'port of the page where no run has one (default: 4870, or the next free one)',
      parsePort,
    )
    .option('--db <file>', "database to read (default: SCOOBY_DB, else this project's)")
    .option('--store <url>', STORE_OPTION)
    .addOption(new Option('--attached').hideHelp())
    .addHelpText(
      'after',
      `
While an app runs under scooby in this project, this opens the page of that run, and ends. Otherwise it serves what
is stored until Ctrl-C. The page is for this machine only, and the link holds a token: who has it reads the requests.

Examples:
  scooby open                          the newest requests, live
  scooby open 5f0c9a4e                 a request; its call 3: scooby open 5f0c9a4e 3
  scooby open 'GET /orders/:id'        the newest of a route
  scooby open --no-browser             only the link
  scooby open --db /tmp/other.db       another database`,
    )
    .action(open);
}

async function open(wanted: string | undefined, call: string | undefined, flags: OpenFlags): Promise<void> {
  const cwd = process.cwd();
  const database = databasePath(flags.db, cwd);
  const feed = async () => new LiveFeed(await openFeed(flags), database);
  if (flags.attached && process.connected) {
    const { servePageOfRun } = await import('../../web/server/page-process.js');
    return servePageOfRun(feed);
  }
  const place = wanted === undefined ? undefined : await placeOf(wanted, call, flags);
  const link = await linkOfRun(database, place);
  if (link !== undefined) return show(link, flags);
  if (readsFile(flags)) rejectMissingStore(flags.db, cwd);
  await recoverKilledRuns(flags.db);
  await serveUntilSignal(await feed(), place, flags);
}

/** Place of a request in the page, or of its call. Throws a UserError (exit 1) where it is none. */
function placeOf(wanted: string, call: string | undefined, flags: OpenFlags): Promise<string> {
  return withStore(flags, async (store) => {
    const trace = await chooseRequest(store, wanted, Date.now());
    return pagePlace(trace, call === undefined ? undefined : chooseCall(trace, call).index);
  });
}

/** Link of the newest run of a database; undefined where none runs, or it has no page. */
async function linkOfRun(database: string, place: string | undefined): Promise<string | undefined> {
  const control = await connectToRun(database);
  try {
    const status = await control?.status();
    return status?.page === undefined ? undefined : await control?.pageLink(place);
  } finally {
    control?.close();
  }
}

async function serveUntilSignal(feed: Feed, place: string | undefined, flags: OpenFlags): Promise<void> {
  const [{ createPageServer }, { readPageFiles }, { pageSecrets }, { listenOnLoopback }, { pageLink }] =
    await Promise.all([
      import('../../web/server/page-server.js'),
      import('../../web/server/page-files.js'),
      import('../../web/server/page-secrets.js'),
      import('../../web/server/page-host.js'),
      import('../../web/server/page-link.js'),
    ]);
  const secrets = pageSecrets();
  const options = { feed, files: readPageFiles(), port: 0, secrets };
  const page = createPageServer(options);
  options.port = await listenOnLoopback(page.server as Server, flags.pagePort);
  await show(pageLink(options.port, secrets.token, place), flags);
  printRemark('The page is served until Ctrl-C.');
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
  page.close();
}

/** Prints the link, and opens it where there is a browser to open it in. */
async function show(link: string, { browser }: OpenFlags): Promise<void> {
  printDocument([link]);
  if (browser && canOpenBrowser(process.env, process.platform, process.stdout.isTTY === true))
    await openUrl(link);
}

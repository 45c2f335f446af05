/** The page of `scooby run`: its port, and the process that serves it. */

import type { RunPage } from '../launcher/launch-options.js';
import type { SharedStore } from '../store/open.js';
import type { PageHost } from '../web/server/page-host.js';
import { namedPorts, parseTakePort, type RunOptions } from './launch-flags.js';

/**
 * Opens the page's port, but none that the command names; undefined with --no-page. Throws a UserError
 * when the port that was asked for is taken.
 */
export async function openRunPage(
  command: string[],
  { page, pagePort, db, port, takePort }: RunOptions,
  shared: SharedStore | undefined,
): Promise<PageHost | undefined> {
  if (!page) return undefined;
  const { openPageHost } = await import('../web/server/page-host.js');
  const named = namedPorts(command, parseTakePort(takePort));
  return openPageHost({
    ...(pagePort !== undefined && { port: pagePort }),
    avoid: port === undefined ? named : [...named, port],
    args: ['open', '--attached', ...(db === undefined ? [] : ['--db', db])],
    // Its URL is not for the arguments, which ps shows.
    env: shared === undefined ? process.env : { ...process.env, SCOOBY_STORE: shared.url },
  });
}

/** The page as the run hands it out: who asks for the link is about to open it. */
export function pageOfRun({ url, link, prepare }: PageHost): RunPage {
  return {
    url,
    link(place) {
      prepare();
      return link(place);
    },
  };
}

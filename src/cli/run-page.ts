/** The page of `scooby run`: its port, and the process that serves it. */

import type { SharedStore } from '../store/open.js';
import type { PageHost } from '../web/server/page-host.js';
import type { RunOptions } from './launch-flags.js';

/**
 * Opens the page's port, with `avoid` left to the app; undefined with --no-page. Throws a UserError
 * when the port that was asked for is taken.
 */
export async function openRunPage(
  { page, pagePort, db, port }: RunOptions,
  shared: SharedStore | undefined,
  avoid: number[],
  onTrouble: (message: string) => void,
): Promise<PageHost | undefined> {
  if (!page) return undefined;
  const { openPageHost } = await import('../web/server/page-host.js');
  return openPageHost({
    ...(pagePort !== undefined && { port: pagePort }),
    avoid: port === undefined ? avoid : [...avoid, port],
    args: ['open', '--attached', ...(db === undefined ? [] : ['--db', db])],
    // Its URL is not for the arguments, which ps shows.
    env: shared === undefined ? process.env : { ...process.env, SCOOBY_STORE: shared.url },
    onTrouble,
  });
}

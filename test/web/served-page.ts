/** The page over a store of a test: served in the test's process, with the real server and the real feed. */

import { join } from 'node:path';
import type { Trace } from '../../src/domain/trace.js';
import { LiveFeed } from '../../src/feed/live-feed.js';
import { StoreFeed } from '../../src/feed/store-feed.js';
import { openReader, openStore } from '../../src/store/open.js';
import type { Store } from '../../src/store/store.js';
import { readPageFiles } from '../../src/web/server/page-files.js';
import { listenOnLoopback } from '../../src/web/server/page-host.js';
import { pageLink, pageUrl } from '../../src/web/server/page-link.js';
import { type PageSecrets, pageSecrets } from '../../src/web/server/page-secrets.js';
import { createPageServer } from '../../src/web/server/page-server.js';
import { ROOT } from '../scooby.js';

interface Test {
  testdir(): string;
  teardown(fn: () => unknown): unknown;
}

/** A page that is served. */
export interface ServedPage {
  /** URL that opens it; with a place in it, `/r/<id>`. */
  link(place?: string): string;
  /** URL without a token. */
  url: string;
  port: number;
  secrets: PageSecrets;
  store: Store;
  /** Ends the server. */
  close(): void;
}

/** Serves the page over a store with these requests; `owner` is the uid that may open it. */
export async function servePage(t: Test, traces: Trace[] = [], owner?: number): Promise<ServedPage> {
  const cwd = t.testdir();
  const db = join(cwd, 'scooby.db');
  const ignore = () => {};
  const store = await openStore({ db, cwd }, ignore);
  store.saveAll(traces);
  await store.flushed();
  const feed = new LiveFeed(new StoreFeed(await openReader({ db, cwd }, ignore), db), db);
  const options = {
    ...{ feed, files: readPageFiles(join(ROOT, 'dist/page')), port: 0, secrets: pageSecrets() },
    ...(owner !== undefined && { owner }),
  };
  const page = createPageServer(options);
  options.port = await listenOnLoopback(page.server, 0);
  const { port, secrets } = options;
  let isClosed = false;
  const close = () => {
    if (!isClosed) page.close();
    isClosed = true;
  };
  t.teardown(() => {
    close();
    store.close();
  });
  return {
    link: (place) => pageLink(port, secrets.token, place),
    url: pageUrl(port),
    port,
    secrets,
    store,
    close,
  };
}

/**
 * Process that serves the page of a run: it reads the store as the terminal browser does, and gets its
 * connections from the launcher, so that neither its reads nor a crash touch the proxy.
 */

import type { Socket } from 'node:net';
import type { Feed } from '../../feed/feed.js';
import { readPageFiles } from './page-files.js';
import type { FromPage, ToPage } from './page-protocol.js';
import { pageSecrets } from './page-secrets.js';
import { createPageServer, type PageServer } from './page-server.js';

/** Serves the page until the launcher is gone. */
export async function servePageOfRun(open: () => Promise<Feed>): Promise<void> {
  // Ctrl-C is for the app: the launcher ends when that has ended, and this process with it.
  process.on('SIGINT', () => {});
  process.on('SIGHUP', () => {});
  const ended = new Promise<void>((resolve) => process.once('disconnect', resolve));
  let page: PageServer | undefined;
  process.on('message', (message: ToPage, socket: Socket | undefined) => {
    if (message.t === 'connection') return acceptSocket(page, socket);
    void open().then((feed) => {
      page = createPageServer({
        ...{ feed, files: readPageFiles(), port: message.port, secrets: pageSecrets(message.token) },
      });
      // It listens on nothing itself; its time limits begin with this event.
      page.server.emit('listening');
      process.send?.({ t: 'ready' } satisfies FromPage);
    }, fail);
  });
  await ended;
  page?.close();
}

function acceptSocket(page: PageServer | undefined, socket: Socket | undefined): void {
  // A connection that was closed on its way arrives as none.
  if (socket === undefined || socket === null) return;
  if (page === undefined) socket.destroy();
  else page.server.emit('connection', socket);
}

function fail(error: unknown): void {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exit(1);
}

/** The link with its files, as launcher and collector read them together, for tests in one thread. */

import { dirname } from 'node:path';
import { type AppConnection, type LinkListener, serveLink } from '../src/collector/link-server.js';
import { type SpoolListener, Spools } from '../src/collector/spools.js';

/** Callbacks of both halves; those of the sockets may be left out. */
export type LinesListener = SpoolListener<AppConnection> &
  Pick<LinkListener, 'connected' | 'disconnected'> &
  Partial<LinkListener>;

/** A server of both halves. */
export interface LinesServer {
  readSoon(): void;
  close(): void;
}

/** Listens on the socket, and reads the files beside it of each process that connects. */
export async function serveLines(path: string, token: string, listener: LinesListener): Promise<LinesServer> {
  const spools = new Spools<AppConnection>(listener);
  const server = await serveLink(path, token, {
    serverOpened: () => {},
    serverClosed: () => {},
    portPrinted: () => {},
    ...listener,
    connected(connection) {
      spools.add(connection, dirname(path), `${connection.pid}-${connection.thread}`);
      listener.connected(connection);
      spools.readAll();
    },
    woken: () => spools.readSoon(),
    disconnected(connection) {
      spools.remove(connection);
      listener.disconnected(connection);
    },
  });
  spools.start();
  return {
    readSoon: () => spools.readSoon(),
    close() {
      spools.close();
      server.close();
    },
  };
}

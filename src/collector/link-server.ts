/**
 * Launcher's end of the link: accepts connections of the app's processes and reads the lines they
 * write.
 */

import { createServer, type Socket } from 'node:net';
import { dirname } from 'node:path';
import type { LinkLine, LinkOrder } from '../domain/link.js';
import { type AppConnection, Connections, connectionOf, type LinkListener } from './connections.js';
import { listenAtPath, relistenAtPath } from './local-socket.js';
import { readLines } from './socket-lines.js';
import { Spools } from './spools.js';

/** A running link server. */
export interface LinkServer {
  /**
   * Reads new lines after the current turn, and again shortly after while the listener awaits
   * lines.
   */
  readSoon(): void;
  /** Listens again after its socket's file was deleted; connected processes stay connected. */
  listenAgain(): Promise<void>;
  close(): void;
}

/**
 * Listens on the run's socket. A process that sends the token is connected until its socket closes;
 * the files with its lines, beside the socket, are read at intervals. Rejects when the path cannot
 * be listened on.
 */
export async function serveLink(path: string, token: string, listener: LinkListener): Promise<LinkServer> {
  const spools = new Spools<AppConnection>(listener);
  const sockets = new Set<Socket>();
  const connections = new Connections({ folder: dirname(path), token, spools, listener });
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    serveSocket(socket, token, {
      connected: (connection) => connections.add(connection),
      woken: () => spools.readSoon(),
      disconnected: (connection) => connections.remove(connection),
    });
  });
  await listenAtPath(server, path);
  spools.start();
  const looking = setInterval(() => connections.adoptOrphans(false), LOOK_MS);
  const close = () => {
    clearInterval(looking);
    connections.adoptOrphans(true);
    spools.close();
    server.close();
    // The open socket of a process that outlives the run would keep the launcher running.
    for (const socket of sockets) socket.destroy();
  };
  const listenAgain = () => relistenAtPath(server, path);
  return { readSoon: () => spools.readSoon(), listenAgain, close };
}

/** ms between two looks for files of processes that never connected. */
const LOOK_MS = 250;

interface SocketListener {
  /** Returns the connection to use. */
  connected(connection: AppConnection): AppConnection;
  /** The process has written new lines. */
  woken(): void;
  disconnected(connection: AppConnection): void;
}

/** Characters; no `hello` is that long. */
const MAX_MESSAGE = 1024 * 1024;

function serveSocket(socket: Socket, token: string, listener: SocketListener): void {
  let connection: AppConnection | undefined;
  readLines(socket, MAX_MESSAGE, (line) => {
    // A process that is known only says that there is something to read, whatever it writes.
    if (connection !== undefined) return listener.woken();
    const send = (order: LinkOrder) => void socket.write(`${toAscii(JSON.stringify(order))}\n`);
    connection = listener.connected(connectionOf(JSON.parse(line) as LinkLine, token, send));
  });
  socket.on('error', () => socket.destroy());
  socket.on('close', () => {
    if (connection !== undefined) listener.disconnected(connection);
  });
}

/** JSON in ASCII, because the agent splits what it receives into lines byte by byte. */
function toAscii(json: string): string {
  return json.replace(/[\u007f-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/**
 * Launcher's end of the link: accepts connections of the app's processes and reads the lines they
 * write.
 */

import { createServer, type Socket } from 'node:net';
import { dirname } from 'node:path';
import type { LinkLine, LinkOrder } from '../domain/link.js';
import { isToken, listenAtPath, relistenAtPath } from './local-socket.js';
import { readLines } from './socket-lines.js';
import { Spools } from './spools.js';

/** A connected process or worker thread of the app. */
export interface AppConnection {
  pid: number;
  command: string;
  cwd: string;
  node: string;
  /** threadId of worker_threads; 0 is the main thread. */
  thread: number;
  /** Epoch ms from which the instants in its lines count. */
  origin: number;
  send(order: LinkOrder): void;
}

/** Callbacks of the link server. */
export interface LinkListener {
  connected(connection: AppConnection): void;
  lineReceived(connection: AppConnection, line: LinkLine): void;
  /**
   * Called for a line that could not be parsed, or whose handling threw; `text` is the part of it
   * that was read.
   */
  lineLost(connection: AppConnection, text: string): void;
  disconnected(connection: AppConnection): void;
  /** Whether a line that some trace waits for is about to be written. */
  awaitsLines(): boolean;
}

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
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    serveSocket(socket, token, {
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
  });
  await listenAtPath(server, path);
  spools.start();
  const close = () => {
    spools.close();
    server.close();
    // The open socket of a process that outlives the run would keep the launcher running.
    for (const socket of sockets) socket.destroy();
  };
  const listenAgain = () => relistenAtPath(server, path);
  return { readSoon: () => spools.readSoon(), listenAgain, close };
}

interface SocketListener {
  connected(connection: AppConnection): void;
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
    connection = connectionOf(JSON.parse(line) as LinkLine, token, socket);
    listener.connected(connection);
  });
  socket.on('error', () => socket.destroy());
  socket.on('close', () => {
    if (connection !== undefined) listener.disconnected(connection);
  });
}

/**
 * Connection that a `hello` announces; throws on any other line, a wrong token and a pid or thread
 * that is no integer.
 */
function connectionOf(line: LinkLine, token: string, socket: Socket): AppConnection {
  if (line.t !== 'hello' || !isToken(line.token, token)) throw new Error('no valid hello');
  const { pid, command, cwd, node, thread, origin } = line;
  if (!Number.isSafeInteger(pid) || !Number.isSafeInteger(thread)) throw new Error('no valid hello');
  return {
    pid,
    command,
    cwd,
    node,
    thread,
    origin,
    send: (order) => void socket.write(`${toAscii(JSON.stringify(order))}\n`),
  };
}

/** JSON in ASCII, because the agent splits what it receives into lines byte by byte. */
function toAscii(json: string): string {
  return json.replace(/[\u007f-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

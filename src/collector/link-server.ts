/**
 * Launcher's end of the link's socket: accepts the app's processes, hears where their servers
 * listen, and sends them orders.
 */

import { createServer, type Socket } from 'node:net';
import type { LinkLine, LinkOrder, ServerAddress, ServerSigns } from '../domain/link.js';
import { isToken, listenAtPath, relistenAtPath } from './local-socket.js';
import { parseLine } from './parse-line.js';
import { readLines } from './socket-lines.js';

/** A process or worker thread of the app, as it has introduced itself. */
export interface AppIdentity {
  pid: number;
  command: string;
  cwd: string;
  node: string;
  /** threadId of worker_threads; 0 is the main thread. */
  thread: number;
  /** Epoch ms from which the instants in its lines count. */
  origin: number;
}

/** A connected process or worker thread of the app. */
export interface AppConnection extends AppIdentity {
  send(order: LinkOrder): void;
}

/** Callbacks of the link server. */
export interface LinkListener {
  connected(connection: AppConnection): void;
  /** The process has written new lines to its file. */
  woken(connection: AppConnection): void;
  serverOpened(connection: AppConnection, address: ServerAddress, signs?: ServerSigns): void;
  /** The app has printed a port. */
  portPrinted(printed: { port: number; beside?: true }): void;
  serverClosed(connection: AppConnection, address: Pick<ServerAddress, 'port' | 'path'>): void;
  /** The process cannot write its file, and records nothing. */
  muted?(connection: AppConnection): void;
  /** Certificate of a server of the process, which was asked for. */
  certificateGiven?(connection: AppConnection, certificate: CertificateLine): void;
  disconnected(connection: AppConnection): void;
}

type CertificateLine = Extract<LinkLine, { t: 'certificate' }>;

/** A running link server. */
export interface LinkServer {
  /** Listens again after its socket's file was deleted; connected processes stay connected. */
  listenAgain(): Promise<void>;
  close(): void;
}

/**
 * Listens on the run's socket. A process that sends the token is connected until its socket closes.
 * Rejects when the path cannot be listened on.
 */
export async function serveLink(path: string, token: string, listener: LinkListener): Promise<LinkServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    serveSocket(socket, token, listener);
  });
  await listenAtPath(server, path);
  const close = () => {
    server.close();
    // The open socket of a process that outlives the run would keep the launcher running.
    for (const socket of sockets) socket.destroy();
  };
  return { listenAgain: () => relistenAtPath(server, path), close };
}

/** Characters; no message is that long. */
const MAX_MESSAGE = 1024 * 1024;

function serveSocket(socket: Socket, token: string, listener: LinkListener): void {
  let connection: AppConnection | undefined;
  readLines(socket, MAX_MESSAGE, (text) => {
    if (connection === undefined) {
      connection = connectionOf(JSON.parse(text) as LinkLine, token, socket);
      return listener.connected(connection);
    }
    const line = messageOf(text);
    if (line?.t === 'listen') listener.serverOpened(connection, addressOf(line), line.signs);
    else if (line?.t === 'printed') listener.portPrinted(line);
    else if (line?.t === 'unlisten') listener.serverClosed(connection, line);
    else if (line?.t === 'certificate') listener.certificateGiven?.(connection, line);
    else if (line?.t === 'mute') listener.muted?.(connection);
    listener.woken(connection);
  });
  socket.on('error', () => socket.destroy());
  socket.on('close', () => {
    if (connection !== undefined) listener.disconnected(connection);
  });
}

function addressOf({ t: _, signs: __, ...address }: Extract<LinkLine, { t: 'listen' }>): ServerAddress {
  return address;
}

/** Message of a known process; whatever it writes, there is something to read in its file. */
function messageOf(text: string): LinkLine | undefined {
  try {
    return parseLine(text);
  } catch {
    return undefined;
  }
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

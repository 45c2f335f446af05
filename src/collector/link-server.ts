/**
 * Launcher's end of the link's socket: accepts the app's processes, hears where their servers
 * listen, and sends them orders.
 */

import { createServer, type Socket } from 'node:net';
import { dirname } from 'node:path';
import type { LinkLine, LinkOrder, ServerAddress, ServerSigns } from '../domain/link.js';
import { isToken, listenAtPath, relistenAtPath } from './local-socket.js';
import { OrphanFiles } from './orphan-files.js';
import { parseLine } from './parse-line.js';
import { readLines } from './socket-lines.js';

/** A process or worker thread of the app, as it has introduced itself. */
export interface AppIdentity {
  pid: number;
  /** Process that started it. */
  ppid: number;
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
  /** The profiler of the process runs, or why it does not. */
  profilingAnswered?(connection: AppConnection, answer: Extract<LinkLine, { t: 'profiling' }>): void;
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
  const connections = new Connections(dirname(path), listener);
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    serveSocket(socket, { token, listener, connections });
  });
  await listenAtPath(server, path);
  const looking = setInterval(() => connections.adoptOrphans(false), LOOK_MS);
  const close = () => {
    clearInterval(looking);
    connections.adoptOrphans(true);
    server.close();
    // The open socket of a process that outlives the run would keep the launcher running.
    for (const socket of sockets) socket.destroy();
  };
  return { listenAgain: () => relistenAtPath(server, path), close };
}

/** ms between two looks for files of processes that never connected. */
const LOOK_MS = 250;

/** Connected processes and threads, each once: by its socket or by its file. */
class Connections {
  #listener: LinkListener;
  #orphans: OrphanFiles;
  /** Names (`<pid>-<thread>`) of all that have connected or were adopted. */
  #known = new Set<string>();
  #adopted = new Map<string, AppConnection>();

  constructor(folder: string, listener: LinkListener) {
    this.#listener = listener;
    this.#orphans = new OrphanFiles(folder);
  }

  /** Adds a process whose socket has connected; returns it, or itself as it was adopted before. */
  add(connection: AppConnection): AppConnection {
    const name = nameOf(connection);
    const adopted = this.#adopted.get(name);
    this.#known.add(name);
    if (adopted !== undefined) {
      this.#adopted.delete(name);
      return Object.assign(adopted, { send: connection.send });
    }
    this.#listener.connected(connection);
    return connection;
  }

  /** Reports processes that never connected, by their files, until these have ended. */
  adoptOrphans(isLast: boolean): void {
    for (const [name, line] of this.#orphans.find(this.#known, isLast)) {
      this.#known.add(name);
      try {
        const connection = connectionOf(JSON.parse(line) as LinkLine, () => {});
        if (nameOf(connection) !== name) continue;
        this.#adopted.set(name, connection);
        this.#listener.connected(connection);
      } catch {
        // The first line is no hello of this run.
      }
    }
    for (const [name, connection] of this.#adopted) {
      if (!isLast && isRunning(connection.pid)) continue;
      this.#adopted.delete(name);
      this.#listener.disconnected(connection);
    }
  }
}

function nameOf({ pid, thread }: AppConnection): string {
  return `${pid}-${thread}`;
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

interface SocketOptions {
  token: string;
  listener: LinkListener;
  connections: Connections;
}

/** Characters; no message is that long. */
const MAX_MESSAGE = 1024 * 1024;

function serveSocket(socket: Socket, { token, listener, connections }: SocketOptions): void {
  let connection: AppConnection | undefined;
  readLines(socket, MAX_MESSAGE, (text) => {
    if (connection === undefined) {
      const send = (order: LinkOrder) => void socket.write(`${toAscii(JSON.stringify(order))}\n`);
      const line = JSON.parse(text) as LinkLine;
      if (line.t === 'hello' && !isToken(line.token, token)) throw new Error('no valid hello');
      connection = connections.add(connectionOf(line, send));
      return;
    }
    const line = messageOf(text);
    if (line?.t === 'listen') listener.serverOpened(connection, addressOf(line), line.signs);
    else if (line?.t === 'printed') listener.portPrinted(line);
    else if (line?.t === 'unlisten') listener.serverClosed(connection, line);
    else if (line?.t === 'certificate') listener.certificateGiven?.(connection, line);
    else if (line?.t === 'mute') listener.muted?.(connection);
    else if (line?.t === 'profiling') listener.profilingAnswered?.(connection, line);
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

/** Connection that a `hello` announces; throws on any other line, and a pid or thread that is no integer. */
function connectionOf(line: LinkLine, send: AppConnection['send']): AppConnection {
  if (line.t !== 'hello') throw new Error('no valid hello');
  const { pid, ppid, command, cwd, node, thread, origin } = line;
  if (!Number.isSafeInteger(pid) || !Number.isSafeInteger(thread)) throw new Error('no valid hello');
  return {
    pid,
    ppid,
    command,
    cwd,
    node,
    thread,
    origin,
    send,
  };
}

/** JSON in ASCII, because the agent splits what it receives into lines byte by byte. */
function toAscii(json: string): string {
  return json.replace(/[\u007f-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Connected processes and threads of the app, and those that are known by their files only. */

import type { LinkLine, LinkOrder } from '../domain/link.js';
import { isToken } from './local-socket.js';
import { OrphanFiles } from './orphan-files.js';
import type { Spools } from './spools.js';

/** A connected process or worker thread of the app. */
export interface AppConnection {
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

/** Folder and credential of a run, and what reads its files. */
export interface ConnectionOptions {
  folder: string;
  token: string;
  spools: Spools<AppConnection>;
  listener: LinkListener;
}

/** Each process is connected once, by its socket or by its file. */
export class Connections {
  #options: ConnectionOptions;
  #orphans: OrphanFiles;
  /** Names (`<pid>-<thread>`) of all that have connected or were adopted. */
  #known = new Set<string>();
  #adopted = new Map<string, AppConnection>();

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#orphans = new OrphanFiles(options.folder);
  }

  /** Adds a process whose socket has connected; returns it, or itself as it was adopted before. */
  add(connection: AppConnection): AppConnection {
    const name = nameOf(connection);
    const adopted = this.#adopted.get(name);
    if (adopted !== undefined) {
      this.#adopted.delete(name);
      return Object.assign(adopted, { send: connection.send });
    }
    this.#start(name, connection);
    return connection;
  }

  remove(connection: AppConnection): void {
    this.#options.spools.remove(connection);
    this.#options.listener.disconnected(connection);
  }

  /** Reads the files of processes that never connected, until these have ended. */
  adoptOrphans(isLast: boolean): void {
    for (const [name, line] of this.#orphans.find(this.#known, isLast)) {
      try {
        const connection = connectionOf(JSON.parse(line) as LinkLine, this.#options.token, () => {});
        this.#adopted.set(name, connection);
        this.#start(name, connection);
      } catch {
        // The first line is no hello of this run.
        this.#known.add(name);
      }
    }
    for (const [name, connection] of this.#adopted) {
      if (!isLast && isRunning(connection.pid)) continue;
      this.#adopted.delete(name);
      this.remove(connection);
    }
  }

  #start(name: string, connection: AppConnection): void {
    const { folder, spools, listener } = this.#options;
    this.#known.add(name);
    spools.add(connection, folder, name);
    listener.connected(connection);
    spools.readAll();
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

/**
 * Connection that a `hello` announces; throws on any other line, a wrong token and a pid or thread
 * that is no integer.
 */
export function connectionOf(line: LinkLine, token: string, send: (order: LinkOrder) => void): AppConnection {
  if (line.t !== 'hello' || !isToken(line.token, token)) throw new Error('no valid hello');
  const { pid, ppid, command, cwd, node, thread, origin } = line;
  if (!Number.isSafeInteger(pid) || !Number.isSafeInteger(thread)) throw new Error('no valid hello');
  return { pid, ppid, command, cwd, node, thread, origin, send };
}

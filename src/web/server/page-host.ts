/** The page's port in the launcher: it passes each connection to the page's process, started at the first. */

import { type ChildProcess, spawn } from 'node:child_process';
import { createServer, type Server, type Socket } from 'node:net';
import { UserError } from '../../domain/errors.js';
import { pageLink, pageUrl } from './page-link.js';
import type { FromPage, ToPage } from './page-protocol.js';
import { pageSecrets } from './page-secrets.js';

/** Where the page is, and how it is left. */
export interface PageHost {
  /** URL without the token. */
  url: string;
  /** URL that opens the page in a browser; `place` is a place in it: `/r/<id>`. */
  link(place?: string): string;
  /** Starts the process that serves it, so that a browser which is about to come need not wait. */
  prepare(): void;
  /** `listener` is called once when the page can no longer be served. */
  onTrouble(listener: (message: string) => void): void;
  close(): void;
}

export interface PageHostOptions {
  /** Port that was asked for; the first free one from DEFAULT_PAGE_PORT on when missing. */
  port?: number;
  /** Ports that are the app's or the proxy's. */
  avoid?: number[];
  /** Arguments of the program by which it serves a page. */
  args: string[];
  env?: NodeJS.ProcessEnv;
}

/** First port that is tried; it is no port of an app that is known. */
export const DEFAULT_PAGE_PORT = 4870;
const MAX_TRIES = 20;
/** Connections that wait for the process to start. */
const MAX_WAITING = 64;
/** Processes that fail one after the other until no more is started. */
const MAX_FAILURES = 3;
const MAX_TROUBLE = 300;

/** Opens the page's port. Throws a UserError when the port that was asked for is taken. */
export async function openPageHost(options: PageHostOptions): Promise<PageHost> {
  const { token } = pageSecrets();
  const child = new PageChild(options, token);
  const server = createServer({ pauseOnConnect: true, noDelay: true }, (socket) => child.accept(socket));
  const port = await listenOnLoopback(server, options.port, options.avoid);
  child.port = port;
  return {
    url: pageUrl(port),
    link: (place) => pageLink(port, token, place),
    prepare: () => child.prepare(),
    onTrouble(listener) {
      child.onTrouble = listener;
    },
    close() {
      server.close();
      child.close();
    },
  };
}

/** Listens on 127.0.0.1, on the port or else on a free one; resolves with the port. */
export async function listenOnLoopback(server: Server, port?: number, avoid: number[] = []): Promise<number> {
  if (port !== undefined) {
    if (await canListen(server, port)) return portOf(server);
    throw new UserError(`Port ${port} is already in use. Choose another with --page-port, or --no-page.`);
  }
  for (let next = DEFAULT_PAGE_PORT; next < DEFAULT_PAGE_PORT + MAX_TRIES; next++)
    if (!avoid.includes(next) && (await canListen(server, next))) return next;
  await canListen(server, 0);
  return portOf(server);
}

function canListen(server: Server, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(false);
      else reject(error);
    };
    server.once('error', onError);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', onError);
      // Accepting a connection fails where no descriptor is left: it is refused.
      server.on('error', () => {});
      resolve(true);
    });
  });
}

function portOf(server: Server): number {
  return (server.address() as { port: number }).port;
}

/** The process that serves the page; started when a browser comes, and again after it has failed. */
class PageChild {
  port = 0;
  onTrouble: (message: string) => void = () => {};
  readonly #options: PageHostOptions;
  readonly #token: string;
  #child: ChildProcess | undefined;
  #state: 'none' | 'starting' | 'ready' | 'closed' = 'none';
  #waiting: Socket[] = [];
  #failures = 0;

  constructor(options: PageHostOptions, token: string) {
    this.#options = options;
    this.#token = token;
  }

  accept(socket: Socket): void {
    socket.on('error', () => socket.destroy());
    if (this.#state === 'ready') return this.#hand(socket);
    if (this.#state === 'closed' || this.#waiting.length >= MAX_WAITING) return void socket.destroy();
    this.#waiting.push(socket);
    this.prepare();
  }

  prepare(): void {
    if (this.#state === 'none') this.#start();
  }

  #start(): void {
    this.#state = 'starting';
    const { args, env = process.env } = this.#options;
    const child = spawn(process.execPath, [...process.execArgv, process.argv[1]!, ...args], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env,
    });
    this.#child = child;
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      said = (said + chunk).slice(-MAX_TROUBLE);
    });
    child.on('message', (message: FromPage) => {
      if (message.t === 'ready') this.#setReady();
    });
    const ended = () => this.#ended(child, said.trim());
    child.on('error', ended).on('exit', ended);
    this.#send({ t: 'serve', port: this.port, token: this.#token });
  }

  #setReady(): void {
    this.#state = 'ready';
    this.#failures = 0;
    for (const socket of this.#waiting.splice(0)) this.#hand(socket);
  }

  #hand(socket: Socket): void {
    this.#send({ t: 'connection' }, socket);
  }

  #send(message: ToPage, socket?: Socket): void {
    // A process that has just ended is noticed by its exit.
    this.#child?.send(message, socket, {}, () => {});
  }

  #ended(child: ChildProcess, reason: string): void {
    if (this.#child !== child || this.#state === 'closed') return;
    this.#child = undefined;
    this.#state = 'none';
    for (const socket of this.#waiting.splice(0)) socket.destroy();
    if (++this.#failures < MAX_FAILURES) return;
    this.#state = 'closed';
    this.onTrouble(`the page cannot be served${reason === '' ? '' : `: ${reason}`}`);
  }

  close(): void {
    this.#state = 'closed';
    for (const socket of this.#waiting.splice(0)) socket.destroy();
    const child = this.#child;
    child?.kill('SIGKILL');
    // What it has started may hold the pipe open.
    child?.stderr?.destroy();
  }
}

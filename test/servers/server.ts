/** Starts a database server for tests: on a free loopback port, in a temporary folder, gone with the process that started it. */

import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Guarded } from './guard.js';

/** Where a server is. */
export interface Address {
  host: string;
  port: number;
  user: string;
  database: string;
  url: string;
}

/** A server that runs until `stop`, at the latest until this process ends. */
export interface Server extends Address {
  /** Its data and log. */
  folder: string;
  stop(): Promise<void>;
}

/** How one kind of server is started. */
export interface Recipe {
  /** Scheme of its URL, which names it as well. */
  scheme: string;
  /** Account that it runs as when we are root. */
  account: string;
  user?: string;
  database?: string;
  signal?: NodeJS.Signals;
  /** Fills the folder, e.g. by initdb; `run` is a command as the account, in the folder. */
  prepare?(folder: string, run: (command: string, args: string[]) => Promise<unknown>): Promise<void>;
  command(folder: string, port: number): [command: string, args: string[]];
  /** Resolves when the server serves, rejects while it does not. */
  ready(address: Address): Promise<unknown>;
}

const HOST = '127.0.0.1';
const PATIENCE = 120_000;

/** Starts a server and answers it once it serves; throws with the end of its log when it does not. */
export async function start(recipe: Recipe): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), `scooby-test-${recipe.scheme}-`));
  const account = accountFor(recipe.account);
  if (account) chownSync(folder, account.uid, account.gid);
  const run = (command: string, args: string[]) =>
    promisify(execFile)(command, args, { cwd: folder, ...account });
  await recipe.prepare?.(folder, run);

  const port = await freePort();
  const [command, args] = recipe.command(folder, port);
  const guarded: Guarded = { command, args, folder, signal: recipe.signal ?? 'SIGKILL', ...account };
  const running = spawnGuard(guarded);
  const { user = '', database = '' } = recipe;
  const address = { host: HOST, port, user, database, url: urlOf(recipe.scheme, { port, user, database }) };
  if (!(await serves(recipe, address, running))) {
    const log = readFileSync(join(folder, 'log'), 'utf8').trim().split('\n').slice(-15).join('\n');
    await stop(running, folder);
    throw new Error(`${command} did not start:\n${log}`);
  }
  return { ...address, folder, stop: () => stop(running, folder) };
}

/** Answers the first lines that a server says, one unless told, after asking it something or unasked. */
export async function ask(
  { host, port }: Pick<Address, 'host' | 'port'>,
  question = '',
  lines = 1,
): Promise<string> {
  const socket = connect(port, host);
  try {
    await once(socket, 'connect');
    socket.write(question);
    const [answer] = await once(socket, 'data', { signal: AbortSignal.timeout(PATIENCE) });
    return String(answer).split('\r\n').slice(0, lines).join('\n');
  } finally {
    socket.destroy();
  }
}

function urlOf(scheme: string, { port, user, database }: Omit<Address, 'host' | 'url'>): string {
  return `${scheme}://${user ? `${user}@` : ''}${HOST}:${port}${database ? `/${database}` : ''}`;
}

/** Answers the unprivileged account that servers run as when we are root, which some of them refuse to be. */
function accountFor(name: string): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string, account: string) =>
    Number(execFileSync('id', [flag, account], { stdio: ['ignore', 'pipe', 'ignore'] }));
  try {
    return { uid: id('-u', name), gid: id('-g', name) };
  } catch {
    return { uid: id('-u', 'nobody'), gid: id('-g', 'nobody') };
  }
}

function spawnGuard(guarded: Guarded): ChildProcess {
  const guard = spawn(
    process.execPath,
    [join(import.meta.dirname, 'guard.js'), JSON.stringify(guarded)],
    // Out of our process group, so that Ctrl-C reaches it only through us.
    { detached: true, stdio: ['pipe', 'ignore', 'ignore'] },
  );
  guard.unref();
  (guard.stdin as Socket).unref();
  return guard;
}

async function serves(recipe: Recipe, address: Address, guard: ChildProcess): Promise<boolean> {
  const until = Date.now() + PATIENCE;
  while (guard.exitCode === null && Date.now() < until) {
    const ready = await recipe.ready(address).then(
      () => true,
      () => false,
    );
    if (ready) return true;
    await setTimeout(25);
  }
  return false;
}

async function stop(guard: ChildProcess, folder: string): Promise<void> {
  if (guard.exitCode === null && guard.signalCode === null) {
    guard.ref();
    const gone = once(guard, 'exit');
    guard.stdin!.end();
    await gone;
  }
  rmSync(folder, { recursive: true, force: true });
}

/** Ports that this process has handed out. */
const given = new Set<number>();

/**
 * Answers a port of 127.0.0.1 that nobody listens on, and that this process has not answered before. It is below
 * those that the system hands out: nobody is given it between the look and its use, and a client that keeps asking
 * for one where nobody listens does not come to talk to itself.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    if (given.has(port)) continue;
    given.add(port);
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, HOST);
  const isListening = await once(server, 'listening').then(
    () => true,
    () => false,
  );
  if (isListening) await new Promise((resolve) => server.close(resolve));
  return isListening;
}

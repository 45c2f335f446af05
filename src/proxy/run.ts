/** Starts the app with the agent inside, lets it have the terminal, and answers how it ended. */

import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Recording, Run } from '../trace.js';

/** The folder through which the launcher and its agents find each other; only its owner may enter. */
export interface RunFolder {
  path: string;
  run: Run;
  /** Writes the note again, for processes that start from now on. */
  update(change: Partial<Run>): void;
  remove(): void;
}

// sun_path holds 108 bytes, and is cut without a word.
const LONGEST_SOCKET = 100;
const PREFIX = 'scooby-';

/** Makes the run's folder with its note. Throws when no temporary folder has a path short enough for a socket. */
export function makeRunFolder(record: Recording, takePort: number | undefined): RunFolder {
  const base = [process.env.XDG_RUNTIME_DIR, tmpdir(), '/tmp'].find(
    (folder) =>
      folder &&
      Buffer.byteLength(join(folder, `${PREFIX}0000000-000000`, 'link')) <= LONGEST_SOCKET &&
      writable(folder),
  );
  if (base === undefined)
    throw new Error('no temporary folder has a path short enough for a socket; set TMPDIR to a shorter one');
  sweep(base);
  const path = mkdtempSync(join(base, `${PREFIX}${process.pid}-`));
  chmodSync(path, 0o700);
  const secretly = () => randomBytes(24).toString('base64url');
  const run: Run = { socket: join(path, 'link'), token: secretly(), secret: secretly(), record };
  if (takePort !== undefined) run.takePort = takePort;
  const update = (change: Partial<Run>) => {
    Object.assign(run, change);
    writeFileSync(join(path, 'run.json'), JSON.stringify(run), { mode: 0o600 });
  };
  update({});
  return { path, run, update, remove: () => rmSync(path, { recursive: true, force: true }) };
}

function writable(folder: string): boolean {
  try {
    rmSync(mkdtempSync(join(folder, PREFIX)), { recursive: true });
    return true;
  } catch {
    return false;
  }
}

/** Removes the folders of launchers that were killed. */
function sweep(base: string): void {
  for (const name of readdirSync(base)) {
    const pid = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    try {
      rmSync(join(base, name), { recursive: true });
    } catch {
      // Another user's.
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Answers the environment in which every Node process loads the agent: NODE_OPTIONS appended, never replaced. */
export function environment(env: NodeJS.ProcessEnv, agent: string, folder: string): NodeJS.ProcessEnv {
  const quoted = agent.replaceAll('\\', '\\\\').replaceAll('"', '\\"');
  const options = [env.NODE_OPTIONS, `--require "${quoted}"`].filter(Boolean).join(' ');
  return { ...env, NODE_OPTIONS: options, SCOOBY_RUN: folder };
}

/** How the command ended. */
export interface Exit {
  /** Its exit code, 128+n when signal n ended it, 127 when there is no such command, 126 when it may not be run. */
  code: number;
  signal?: NodeJS.Signals;
  /** Why it could not be started. */
  trouble?: string;
}

/** Runs the command in this terminal until it ends. */
export function runCommand(command: string[], env: NodeJS.ProcessEnv): Promise<Exit> {
  const [file = '', ...args] = command;
  const child = spawn(file, args, { env, stdio: 'inherit', shell: process.platform === 'win32' });
  const forward = (signal: NodeJS.Signals) => {
    // What is typed reaches everything in the terminal's foreground: sent on, the app would get it twice.
    if ((signal === 'SIGINT' || signal === 'SIGQUIT') && inForeground()) return;
    child.kill(signal);
  };
  // SIGUSR1 is how Node is told to start its inspector: it is the app's that is wanted.
  const signals: NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'];
  for (const signal of signals) process.on(signal, forward);
  return new Promise((resolve) => {
    const over = (exit: Exit) => {
      for (const signal of signals) process.off(signal, forward);
      resolve(exit);
    };
    child.once('error', (error: NodeJS.ErrnoException) => over(unstarted(file, error)));
    child.once('exit', (code, signal) =>
      over(signal === null ? { code: code ?? 1 } : { code: 128 + constants.signals[signal], signal }),
    );
  });
}

/** Answers whether this process is in the foreground of a terminal; standard input may well be something else. */
function inForeground(): boolean {
  if (process.platform === 'win32') return true;
  try {
    // After the name in parentheses: state, ppid, pgrp, session, tty, and the terminal's foreground group.
    const [, , group, , , foreground] = readFileSync('/proc/self/stat', 'utf8')
      .split(') ')
      .at(-1)!
      .split(' ');
    return group === foreground;
  } catch {
    // No /proc: with a terminal of its own, it most likely is.
    return hasTerminal();
  }
}

function hasTerminal(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r'));
    return true;
  } catch {
    return false;
  }
}

function unstarted(file: string, error: NodeJS.ErrnoException): Exit {
  if (error.code === 'ENOENT') return { code: 127, trouble: `${file}: command not found` };
  if (error.code === 'EACCES') return { code: 126, trouble: `${file}: permission denied` };
  return { code: 126, trouble: `${file}: ${error.message}` };
}

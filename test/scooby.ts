/** Runs the built program as a user would: on an app in a project folder of its own, with a database of its own. */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import http, { type IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Trace } from '../src/domain/trace.js';
import { openStore } from '../src/store/open.js';
import { linkPackages, packageFile } from './packages.js';

/** The checkout. */
export const ROOT = join(import.meta.dirname, '../..');
/** The program as it is shipped. */
export const PROGRAM = join(ROOT, 'dist/scooby.js');

interface Test {
  teardown(fn: () => unknown): unknown;
}

/** What to run, and in what. */
export interface Launch {
  /** The command; `app.cjs` alone stands for `node app.cjs`. */
  command: string[];
  /** Files of the project, by their path in it. */
  files?: Record<string, string>;
  /** The folder of an earlier run, to run in again. */
  folder?: string;
  /** Options of `scooby run`; the proxy has any free port where they do not say. */
  options?: string[];
  env?: NodeJS.ProcessEnv;
  /** The program, where it is not this checkout's; and the Node that both run on. */
  program?: string;
  node?: string;
  /** Leave it to the program where the proxy listens. */
  anywhere?: boolean;
  /** All that comes on standard input; null: it stays open. */
  input?: string | null;
}

/** How a program ended, and what it had printed. */
export interface Outcome {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** What a server said. */
export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  rawHeaders: string[];
  body: string;
}

/** Of a machine that has twenty other things to do. */
const PATIENCE = 120_000;
/** Said of an app that takes three seconds to start, which on a busy machine each does. */
const WAITING = /^scooby: waiting for .* to listen; requests to \S+ wait for it\n/m;
// What a developer has in his environment is not to decide a test.
const {
  SCOOBY_DB: _,
  NO_COLOR: __,
  FORCE_COLOR: ___,
  NODE_OPTIONS: ____,
  PORT: _____,
  ...clean
} = process.env;

/** Resolves with what `look` answers once that is true; rejects after two minutes, saying what it waited for. */
export async function until<T>(look: () => T, waitingFor: string | (() => string)): Promise<NonNullable<T>> {
  const deadline = performance.now() + PATIENCE;
  for (;;) {
    const found = look();
    if (found) return found;
    if (performance.now() > deadline) {
      throw new Error(`waited in vain for ${typeof waitingFor === 'string' ? waitingFor : waitingFor()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** A program that runs, with what it prints. */
export class Running {
  readonly child: ChildProcess;
  readonly folder: string;
  stdout = '';
  stderr = '';
  outcome: Outcome | undefined;
  readonly #closed: Promise<unknown>;

  constructor(child: ChildProcess, folder: string) {
    this.child = child;
    this.folder = folder;
    child.stdout?.setEncoding('utf8').on('data', (text) => {
      this.stdout += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text) => {
      this.stderr = (this.stderr + text).replace(WAITING, '');
    });
    this.#closed = once(child, 'close').then(([code, signal]) => {
      this.outcome = { code, signal, stdout: this.stdout, stderr: this.stderr };
    });
  }

  /** Resolves with how it ended. */
  async ended(): Promise<Outcome> {
    await this.#closed;
    return this.outcome!;
  }

  /** Resolves with what the pattern finds in what it printed on either stream. */
  async said(pattern: RegExp): Promise<RegExpExecArray> {
    return until(
      () => {
        const found = pattern.exec(this.stderr) ?? pattern.exec(this.stdout);
        if (!found && this.outcome) throw new Error(`ended without ${pattern}: ${this.#all()}`);
        return found;
      },
      () => `${pattern} in ${this.#all()}`,
    );
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Outcome> {
    if (this.outcome === undefined) this.child.kill(signal);
    return this.ended();
  }

  #all(): string {
    return `${this.stdout}\n--- stderr\n${this.stderr}`;
  }
}

/** A `scooby run`. */
export class ScoobyRun extends Running {
  readonly env: NodeJS.ProcessEnv;
  readonly #launch: Launch;

  constructor(child: ChildProcess, folder: string, env: NodeJS.ProcessEnv, launch: Launch) {
    super(child, folder);
    this.env = env;
    this.#launch = launch;
  }

  /** Resolves with the proxy's URL once the banner is whole. */
  async url(): Promise<string> {
    return (await this.said(/scooby {2}(http:\/\/\S+) [\s\S]*data in /))[1]!;
  }

  /** Resolves with the app's own port. */
  async port(): Promise<number> {
    return Number((await this.said(/^scooby {2}.* on :(\d+)/m))[1]);
  }

  /** Resolves with what the app answers through the proxy. */
  async ask(path: string, options: http.RequestOptions & { body?: string } = {}): Promise<Answer> {
    return ask(`${await this.url()}${path}`, options);
  }

  /** Resolves with what the app answers on its own port. */
  async askDirectly(path: string, options: http.RequestOptions & { body?: string } = {}): Promise<Answer> {
    return ask(`http://127.0.0.1:${await this.port()}${path}`, options);
  }

  /** Resolves with the lines of finished requests, once there are that many. */
  async lines(many: number): Promise<string[]> {
    const found = () => this.stderr.split('\n').filter((line) => /^[A-Z]+ \/\S* /.test(line));
    await until(
      () => found().length >= many,
      () => `${many} lines in ${this.stderr}`,
    );
    return found();
  }

  /** Answers what is kept, in the order in which the requests began; requests outside which nothing ran are not. */
  async traces(): Promise<Trace[]> {
    const store = await openStore({ db: this.database, cwd: this.folder, readonly: true }, () => {});
    try {
      const summaries = [...(await store.outside(100)), ...(await store.recent({}, 1000))];
      const kept = await Promise.all(summaries.map(async ({ id }) => (await store.find(id))!));
      return kept.sort((a, b) => a.start - b.start);
    } finally {
      store.close();
    }
  }

  /** Resolves with the kept request of that path, once it is finished and as the condition wants it. */
  async trace(url: string, enough: (trace: Trace) => unknown = () => true): Promise<Trace> {
    for (const deadline = performance.now() + PATIENCE; ; ) {
      const all = await this.traces().catch(() => []);
      const found = all.findLast((trace) => trace.url === url && enough(trace));
      if (found) return found;
      if (performance.now() > deadline) {
        throw new Error(`no such trace of ${url} among ${JSON.stringify(all, null, 1)}\n${this.stderr}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Runs another command of the program in the same project. */
  cli(...args: string[]): { code: number | null; stdout: string; stderr: string } {
    const { node = process.execPath, program = PROGRAM } = this.#launch;
    const { status, stdout, stderr } = spawnSync(node, [program, ...args], {
      cwd: this.folder,
      env: this.env,
      encoding: 'utf8',
    });
    return { code: status, stdout, stderr };
  }

  get database(): string {
    return this.env.SCOOBY_DB!;
  }
}

/** Answers a folder with these files and a package.json, in which `pg` and its kin can be required; gone with the test. */
export function project(t: Test, files: Record<string, string> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'scooby-test-project-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  // No others: what the agent does depends on what a project has.
  mkdirSync(join(folder, 'node_modules'));
  linkPackages(folder, ...readdirSync(packageFile('')).filter((name) => /^pg(?:-|$)/.test(name)));
  for (const [path, text] of Object.entries({ 'package.json': '{"private": true}', ...files })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

/** Starts the command under `scooby run`; ended with the test. */
export function scooby(t: Test, launch: Launch): ScoobyRun {
  const { options = [], node = process.execPath, program = PROGRAM } = launch;
  const folder = launch.folder ?? project(t, launch.files);
  const env = { ...clean, SCOOBY_DB: join(folder, 'state/scooby.db'), ...launch.env };
  const told = launch.anywhere || options.some((option) => /^(?:--port|-p$|--take-port)/.test(option));
  const args = [program, 'run', ...(told ? [] : ['--port', '0']), ...options, '--', ...commandOf(launch)];
  const child = spawn(node, args, { cwd: folder, env });
  child.stdin.on('error', () => {});
  if (launch.input !== null) child.stdin.end(launch.input);
  const running = new ScoobyRun(child, folder, env, launch);
  t.teardown(() => running.stop());
  return running;
}

/** Starts the command as it is; ended with the test. */
export function plainly(t: Test, launch: Launch): Running {
  const folder = launch.folder ?? project(t, launch.files);
  const [file, ...args] = commandOf(launch);
  const child = spawn(file!, args, { cwd: folder, env: { ...clean, ...launch.env } });
  child.stdin.on('error', () => {});
  if (launch.input !== null) child.stdin.end(launch.input);
  const running = new Running(child, folder);
  t.teardown(() => running.stop('SIGKILL'));
  return running;
}

/** Runs the command without scooby and with it, in the same folder, until both have ended. */
export async function bothWays(t: Test, launch: Launch): Promise<{ without: Outcome; with: Outcome }> {
  const folder = launch.folder ?? project(t, launch.files);
  const without = await plainly(t, { ...launch, folder }).ended();
  return { without, with: await scooby(t, { ...launch, folder }).ended() };
}

/** Resolves with what a server answers; a connection of its own unless an agent is given. */
export function ask(url: string, options: http.RequestOptions & { body?: string } = {}): Promise<Answer> {
  const { body, ...rest } = options;
  return new Promise((resolve, reject) => {
    const request = http.request(
      url,
      { agent: false, signal: AbortSignal.timeout(PATIENCE), ...rest },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk) => {
          text += chunk;
        });
        response.on('error', reject);
        response.on('end', () => {
          const { statusCode, headers, rawHeaders } = response;
          resolve({ status: statusCode!, headers, rawHeaders, body: text });
        });
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

function commandOf({ command, node = process.execPath }: Launch): string[] {
  const [file = '', ...args] = command;
  return /\.(?:[cm]?js|ts)$/.test(file) ? [node, file, ...args] : [file === 'node' ? node : file, ...args];
}

/** Runs a command of the program beside a run, without blocking this process. */
export function beside(run: ScoobyRun, program: string, ...args: string[]): Promise<Outcome> {
  const command = [process.execPath, program, ...args];
  return plainly({ teardown: () => {} }, { command, folder: run.folder, env: run.env }).ended();
}

/** Runs the command in this terminal until it ends: starts it, sends signals on, starts it again when asked to. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import {
  type ChildExit,
  endGroup,
  type OutputSink,
  outputDrained,
  pipeOutput,
  signalGroup,
} from './output-sink.js';

// SIGUSR1 is how Node is told to start its inspector: it is the app's that is wanted.
const SIGNALS: NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'];
// What has not ended by then is not going to.
const PATIENCE_MS = 5000;
const ENDING = new Set<NodeJS.Signals>(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT']);

/**
 * Where a command stands. `clear` takes away what it has left running before it is started again.
 *
 *     stopped ─ start ─> running ─ exit ─> stopped
 *     running ─ restart ─> restarting ─ exit, clear, spawn ─> running
 *     restarting ─ a signal to end ─> ending
 *     any, with a stage ─ a signal to end, or the stage's end ─> ending
 *
 * Without a stage a signal to end is the app's to follow: one that goes on is still running.
 */
type State =
  | { name: 'stopped' | 'running' }
  | { name: 'restarting'; clear: () => Promise<void> }
  | { name: 'ending'; clear?: (() => Promise<void>) | undefined };

/** The command of a run, through its restarts. */
export class AppChild {
  #command: string[];
  #env: NodeJS.ProcessEnv;
  #state: State = { name: 'stopped' };
  #child: ChildProcess | undefined;
  #restarted: ((started: boolean) => void)[] = [];
  /** Has the command's output; without one the command has the terminal. */
  #stage: OutputSink | undefined;
  #over: Promise<void> | undefined;
  #told: NodeJS.Signals | undefined;

  constructor(command: string[], env: NodeJS.ProcessEnv, stage?: OutputSink) {
    this.#command = command;
    this.#env = env;
    this.#stage = stage;
  }

  /** The process that was started, which may be a shell's or npm's; none between two starts. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** The signal to end that was last sent on to it, if any. */
  get told(): NodeJS.Signals | undefined {
    return this.#told;
  }

  /** True from a restart's order until the command runs again, or has ended for good. */
  get restarting(): boolean {
    return this.#clear !== undefined;
  }

  get #clear(): (() => Promise<void>) | undefined {
    return 'clear' in this.#state ? this.#state.clear : undefined;
  }

  /** Starts it, and resolves with how it ended by itself; to be called once. */
  async run(): Promise<ChildExit> {
    const forward = (signal: NodeJS.Signals) => this.#forward(signal);
    for (const signal of SIGNALS) process.on(signal, forward);
    try {
      for (;;) {
        const exit = await this.#once();
        await this.#clear?.();
        await this.#over;
        if (!(await this.#goesOn(exit))) return exit;
      }
    } finally {
      for (const signal of SIGNALS) process.off(signal, forward);
      this.#answer(false);
    }
  }

  /**
   * Ends it as SIGTERM does, lets `clear` take away what it has left running, and starts it again. Resolves with whether
   * that was done: not when it was about to end anyway.
   */
  restart(clear: () => Promise<void>): Promise<boolean> {
    const { name } = this.#state;
    if (name === 'ending' || name === 'stopped') return Promise.resolve(false);
    const restarted = new Promise<boolean>((resolve) => this.#restarted.push(resolve));
    if (name === 'running') {
      this.#state = { name: 'restarting', clear };
      const child = this.#child;
      this.#kill('SIGTERM');
      const patience = setTimeout(() => this.#kill('SIGKILL'), PATIENCE_MS);
      child?.once('exit', () => clearTimeout(patience));
    }
    return restarted;
  }

  /** Resolves with whether it is started once more: after a restart's order, or where the stage wants it. */
  async #goesOn(exit: ChildExit): Promise<boolean> {
    if (this.#state.name !== 'stopped') return this.#state.name === 'restarting';
    if (this.#stage === undefined || exit.trouble !== undefined) return false;
    const isWanted = await this.#stage.ended(exit);
    return isWanted && !this.#isEnding();
  }

  #isEnding(): boolean {
    return this.#state.name === 'ending';
  }

  /** Ends it for good, with all that it has started: as that signal does, and after a while for certain. */
  #end(signal: NodeJS.Signals): void {
    this.#toEnding();
    this.#stage?.leave();
    if (this.#child?.pid !== undefined) this.#over ??= endGroup(this.#child.pid, signal, PATIENCE_MS);
  }

  #toEnding(): void {
    this.#state = { name: 'ending', clear: this.#clear };
  }

  #stages(child: ChildProcess, stage: OutputSink): void {
    pipeOutput(child, stage);
    child.once('spawn', () =>
      stage.started({
        write: (text) => void child.stdin?.write(text),
        end: (signal = 'SIGTERM') => this.#end(signal),
      }),
    );
  }

  async #once(): Promise<ChildExit> {
    const [file = '', ...args] = this.#command;
    const stage = this.#stage;
    const child = spawn(file, args, {
      env: this.#env,
      stdio: stage ? 'pipe' : 'inherit',
      // What is typed is the screen's, and what it starts ends with it.
      detached: stage !== undefined && process.platform !== 'win32',
      shell: process.platform === 'win32',
    });
    try {
      this.#child = child;
      if (this.restarting) child.once('spawn', () => this.#started());
      else if (this.#state.name === 'stopped') this.#state = { name: 'running' };
      if (stage) this.#stages(child, stage);
      const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
      if (stage) await outputDrained(child);
      return signal === null ? { code: code ?? 1 } : { code: 128 + constants.signals[signal], signal };
    } catch (error) {
      this.#state = { name: this.#isEnding() ? 'ending' : 'stopped' };
      return unstarted(file, error as NodeJS.ErrnoException);
    } finally {
      this.#child = undefined;
      if (this.#state.name === 'running') this.#state = { name: 'stopped' };
    }
  }

  #started(): void {
    this.#state = { name: this.#isEnding() ? 'ending' : 'running' };
    this.#answer(true);
  }

  #answer(started: boolean): void {
    for (const resolve of this.#restarted.splice(0)) resolve(started);
  }

  #forward(signal: NodeJS.Signals): void {
    if (ENDING.has(signal) && this.restarting) this.#toEnding();
    if (ENDING.has(signal) && this.#stage) return this.#end(signal);
    // What is typed reaches everything in the terminal's foreground: sent on, the app would get it twice.
    if ((signal === 'SIGINT' || signal === 'SIGQUIT') && inForeground()) return;
    if (ENDING.has(signal)) this.#told = signal;
    this.#kill(signal);
  }

  #kill(signal: NodeJS.Signals): void {
    const pid = this.#child?.pid;
    if (this.#stage && pid !== undefined) signalGroup(pid, signal);
    else this.#child?.kill(signal);
  }
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

function unstarted(file: string, error: NodeJS.ErrnoException): ChildExit {
  if (error.code === 'ENOENT') return { code: 127, trouble: `${file}: command not found` };
  if (error.code === 'EACCES') return { code: 126, trouble: `${file}: permission denied` };
  return { code: 126, trouble: `${file}: ${error.message}` };
}

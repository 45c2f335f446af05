/**
 * Child process of the run's command: starts it, forwards signals to it, restarts it on request.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { GroupSignals } from './group-signals.js';
import {
  type ChildExit,
  endGroup,
  type OutputSink,
  outputDrained,
  pipeOutput,
  signalGroup,
} from './output-sink.js';

// SIGUSR1 starts Node's inspector; the user wants the app's, not the launcher's.
const FORWARDED_SIGNALS: NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'];
// A process that has not exited by then ignores the signal.
const KILL_AFTER_MS = 5000;
// An app that handles signals may take them for something else after that time.
const REPEATED_MS = 5000;
const END_SIGNALS = new Set<NodeJS.Signals>(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT']);

/**
 * State of the command. `clear` ends the processes that it has left running, before it is
 * restarted.
 *
 *     stopped ─ start ─> running ─ exit ─> stopped
 *     running ─ restart() ─> restarting ─ exit, clear, spawn ─> running
 *     restarting ─ SIGINT, SIGTERM, SIGHUP, SIGQUIT ─> ending
 *     any, with a sink ─ such a signal, or ChildHandle.end() ─> ending
 *
 * Without a sink such a signal is only forwarded: the app may handle it and go on running.
 */
type State =
  | { name: 'stopped' | 'running' }
  | { name: 'restarting'; clear: () => Promise<void> }
  | { name: 'ending'; clear?: (() => Promise<void>) | undefined };

/** The command of a run, across its restarts. */
export class AppChild {
  #command: string[];
  #env: NodeJS.ProcessEnv;
  #state: State = { name: 'stopped' };
  #child: ChildProcess | undefined;
  #restartWaiters: ((started: boolean) => void)[] = [];
  /** Receives the command's output; without it the command inherits the terminal. */
  #sink: OutputSink | undefined;
  #groupEnded: Promise<void> | undefined;
  #forwardedEndSignal: NodeJS.Signals | undefined;
  /** performance.now() of the last signal that was to end the command, even if not forwarded. */
  #endSignalAt = Number.NEGATIVE_INFINITY;
  #killTimer: NodeJS.Timeout | undefined;
  #hadTerminal = false;
  #groupSignals = new GroupSignals();

  constructor(command: string[], env: NodeJS.ProcessEnv, sink?: OutputSink) {
    this.#command = command;
    this.#env = env;
    this.#sink = sink;
  }

  /** Pid of the started process, which may be a shell or npm; undefined between two starts. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /**
   * The last of SIGINT, SIGTERM, SIGHUP and SIGQUIT that was forwarded, if any; SIGKILL where the
   * command was killed.
   */
  get forwardedEndSignal(): NodeJS.Signals | undefined {
    return this.#forwardedEndSignal;
  }

  /** True from restart() until the command runs again or has exited for good. */
  get isRestarting(): boolean {
    return this.#clear !== undefined;
  }

  get #clear(): (() => Promise<void>) | undefined {
    return 'clear' in this.#state ? this.#state.clear : undefined;
  }

  /** Starts the command and resolves with its final exit; to be called once. */
  async run(): Promise<ChildExit> {
    const forward = (signal: NodeJS.Signals) => this.#forward(signal);
    this.#hadTerminal = hasTerminal();
    // With a sink the app has a group of its own, and each signal is sent on.
    if (this.#hadTerminal && this.#sink === undefined && process.platform !== 'win32')
      this.#groupSignals.start();
    for (const signal of FORWARDED_SIGNALS) process.on(signal, forward);
    try {
      for (;;) {
        const exit = await this.#runOnce();
        await this.#clear?.();
        await this.#groupEnded;
        if (!(await this.#startsAgain(exit))) return exit;
      }
    } finally {
      for (const signal of FORWARDED_SIGNALS) process.off(signal, forward);
      this.#groupSignals.stop();
      this.#settleRestarts(false);
    }
  }

  /**
   * Ends the command by SIGTERM, calls `clear` to end the processes it has left running, and starts
   * it again. Resolves with false when it has exited or was already ending.
   */
  restart(clear: () => Promise<void>): Promise<boolean> {
    const { name } = this.#state;
    if (name === 'ending' || name === 'stopped') return Promise.resolve(false);
    const restarted = new Promise<boolean>((resolve) => this.#restartWaiters.push(resolve));
    if (name === 'running') {
      this.#state = { name: 'restarting', clear };
      const child = this.#child;
      this.#signal('SIGTERM');
      const killTimer = setTimeout(() => this.#signal('SIGKILL'), KILL_AFTER_MS);
      child?.once('exit', () => clearTimeout(killTimer));
    }
    return restarted;
  }

  /** Resolves with true after restart(), or when the sink decides to restart an exited command. */
  async #startsAgain(exit: ChildExit): Promise<boolean> {
    if (this.#state.name !== 'stopped') return this.#state.name === 'restarting';
    if (this.#sink === undefined || exit.trouble !== undefined) return false;
    const shouldRestart = await this.#sink.childExited(exit);
    return shouldRestart && !this.#isEnding();
  }

  #isEnding(): boolean {
    return this.#state.name === 'ending';
  }

  /**
   * Ends the command and its process group for good: by the signal, after KILL_AFTER_MS by SIGKILL.
   */
  #end(signal: NodeJS.Signals): void {
    this.#enterEnding();
    this.#sink?.runEnding();
    if (this.#child?.pid !== undefined) this.#groupEnded ??= endGroup(this.#child.pid, signal, KILL_AFTER_MS);
  }

  #enterEnding(): void {
    this.#state = { name: 'ending', clear: this.#clear };
  }

  #attachSink(child: ChildProcess, sink: OutputSink): void {
    pipeOutput(child, sink);
    child.once('spawn', () =>
      sink.childStarted({
        write: (text) => void child.stdin?.write(text),
        end: (signal = 'SIGTERM') => this.#end(signal),
      }),
    );
  }

  async #runOnce(): Promise<ChildExit> {
    const [file = '', ...args] = this.#command;
    const sink = this.#sink;
    try {
      // Throws what it does not report as an event: ENOMEM, E2BIG, EPERM.
      const child = spawn(file, args, {
        env: this.#env,
        stdio: sink ? 'pipe' : 'inherit',
        // The screen reads the keyboard. A group of its own lets the command end with all its
        // children.
        detached: sink !== undefined && process.platform !== 'win32',
        shell: process.platform === 'win32',
      });
      this.#child = child;
      if (this.isRestarting) child.once('spawn', () => this.#onRestarted());
      else if (this.#state.name === 'stopped') this.#state = { name: 'running' };
      if (sink) this.#attachSink(child, sink);
      const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
      if (sink) await outputDrained(child);
      return signal === null ? { code: code ?? 1 } : { code: 128 + constants.signals[signal], signal };
    } catch (error) {
      this.#state = { name: this.#isEnding() ? 'ending' : 'stopped' };
      return startFailure(file, error as NodeJS.ErrnoException);
    } finally {
      clearTimeout(this.#killTimer);
      this.#killTimer = undefined;
      this.#child = undefined;
      if (this.#state.name === 'running') this.#state = { name: 'stopped' };
    }
  }

  #onRestarted(): void {
    this.#state = { name: this.#isEnding() ? 'ending' : 'running' };
    this.#settleRestarts(true);
  }

  #settleRestarts(started: boolean): void {
    for (const resolve of this.#restartWaiters.splice(0)) resolve(started);
  }

  #forward(signal: NodeJS.Signals): void {
    if (END_SIGNALS.has(signal) && this.isRestarting) this.#enterEnding();
    if (END_SIGNALS.has(signal) && this.#isRepeated(signal)) return this.#kill();
    if (END_SIGNALS.has(signal) && this.#sink) return this.#end(signal);
    // SIGINT, SIGQUIT and SIGHUP may mean something else to the app; a closed terminal does not.
    if (signal === 'SIGTERM' || (signal === 'SIGHUP' && this.#hadTerminal && !hasTerminal()))
      this.#killTimer ??= setTimeout(() => this.#kill(), KILL_AFTER_MS);
    // The terminal sends Ctrl-C and Ctrl-\ to the whole foreground group: forwarded, the app would
    // receive the signal twice.
    if ((signal === 'SIGINT' || signal === 'SIGQUIT') && isInForeground())
      return void this.#groupSignals.reachedGroup(signal).then((hasReached) => {
        if (hasReached === false) this.#sendOn(signal);
      });
    this.#sendOn(signal);
  }

  #sendOn(signal: NodeJS.Signals): void {
    if (END_SIGNALS.has(signal)) this.#forwardedEndSignal = signal;
    this.#signal(signal);
  }

  /** True for SIGINT (Ctrl-C) shortly after a signal that was to end the command. */
  #isRepeated(signal: NodeJS.Signals): boolean {
    const sinceLast = performance.now() - this.#endSignalAt;
    this.#endSignalAt = performance.now();
    return signal === 'SIGINT' && sinceLast < REPEATED_MS;
  }

  #kill(): void {
    this.#forwardedEndSignal = 'SIGKILL';
    if (this.#sink) this.#enterEnding();
    this.#signal('SIGKILL');
  }

  #signal(signal: NodeJS.Signals): void {
    const pid = this.#child?.pid;
    if (this.#sink && pid !== undefined) signalGroup(pid, signal);
    else this.#child?.kill(signal);
  }
}

/**
 * True where this process is in the foreground group of a terminal, even if stdin is not the
 * terminal.
 */
function isInForeground(): boolean {
  if (process.platform === 'win32') return true;
  try {
    // Fields after the name in parentheses: state, ppid, pgrp, session, tty_nr, tpgid (foreground
    // group).
    const [, , group, , , foregroundGroup] = readFileSync('/proc/self/stat', 'utf8')
      .split(') ')
      .at(-1)!
      .split(' ');
    return group === foregroundGroup;
  } catch {
    // Without /proc (macOS), a process with a controlling terminal most likely is in its
    // foreground.
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

function startFailure(file: string, error: NodeJS.ErrnoException): ChildExit {
  if (error.code === 'ENOENT') return { code: 127, trouble: `${file}: command not found` };
  if (error.code === 'EACCES') return { code: 126, trouble: `${file}: permission denied` };
  return { code: 126, trouble: `${file}: ${error.message}` };
}

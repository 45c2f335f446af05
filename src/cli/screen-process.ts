/** Screen of `scooby run --ui`: a separate process, so that drawing never delays the proxy. */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import type { OutputPiece, ToLauncher, ToScreen } from '../feed/launcher-protocol.js';
import type { OutputSource } from '../terminal/output-log.js';
import { LEAVE_SEQUENCE } from '../tui/screen.js';

/** Characters buffered for a screen that does not read; beyond this the oldest are dropped. */
const MAX_BUFFERED = 512 * 1024;
/** Time between SIGTERM and SIGKILL. */
const KILL_AFTER_MS = 2000;
/** Exit codes of a screen that a signal ended: 129 SIGHUP, 130 SIGINT, 143 SIGTERM. */
const SIGNAL_CODES = new Set<number | null>([129, 130, 143]);

/** Reason of the screen's exit: the user left it, a signal or the launcher ended it, or it failed. */
export type ScreenExit = 'quit' | 'ended' | 'failed';

export class ScreenProcess {
  /** Resolves when the screen has exited and the terminal is restored. */
  readonly exited: Promise<ScreenExit>;
  readonly #child: ChildProcess;
  #buffered: OutputPiece[] = [];
  /** Characters in #buffered. */
  #size = 0;
  /** Characters dropped since the last send. */
  #dropped = 0;
  #sending = false;
  #hasExited = false;
  #isClosing = false;

  /**
   * Starts the screen over a database; `flags` are those of `scooby ui`, `onMessage` receives the
   * screen's messages.
   */
  constructor(database: string, flags: string[], onMessage: (message: ToLauncher) => void) {
    const terminalState = spawnSync('stty', ['-g'], {
      stdio: ['inherit', 'pipe', 'ignore'],
      encoding: 'utf8',
    });
    const args = [process.argv[1]!, 'ui', '--attached', '--db', database, ...flags];
    this.#child = spawn(process.execPath, [...process.execArgv, ...args], {
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    });
    this.#child.on('message', onMessage);
    this.exited = new Promise((resolve) => {
      const finish = (exit: ScreenExit) => {
        this.#hasExited = true;
        if (exit === 'failed') restoreTerminal(terminalState.stdout?.trim() ?? '');
        // A signal of ours ends a screen that has only begun to start: that is no fault of it.
        resolve(exit === 'failed' && this.#isClosing ? 'ended' : exit);
      };
      this.#child.once('error', () => finish('failed'));
      this.#child.once('exit', (code) =>
        finish(code === 0 ? 'quit' : SIGNAL_CODES.has(code) ? 'ended' : 'failed'),
      );
    });
  }

  /** Sends output to the screen as fast as the screen reads it. */
  print(text: string, speaker: OutputSource): void {
    this.#buffered.push([speaker, text]);
    this.#size += text.length;
    while (this.#size > MAX_BUFFERED && this.#buffered.length > 1) {
      const [, dropped] = this.#buffered.shift()!;
      this.#size -= dropped.length;
      this.#dropped += dropped.length;
    }
    this.#flush();
  }

  send(message: ToScreen): void {
    if (!this.#hasExited && this.#child.connected) this.#child.send(message, () => {});
  }

  #flush(): void {
    if (this.#sending || this.#buffered.length === 0 || this.#hasExited || !this.#child.connected) return;
    this.#sending = true;
    // Pieces of the same turn of the event loop are sent in one message.
    setImmediate(() => {
      const pieces = this.#buffered;
      if (this.#dropped > 0)
        pieces.unshift(['scooby', `${this.#dropped.toLocaleString('en-US')} characters are not shown\n`]);
      this.#buffered = [];
      this.#size = this.#dropped = 0;
      this.#child.send({ t: 'printed', pieces } satisfies ToScreen, () => {
        this.#sending = false;
        this.#flush();
      });
    });
  }

  /** Ends the screen with SIGTERM, and with SIGKILL if it does not react. */
  close(): void {
    if (this.#hasExited) return;
    this.#isClosing = true;
    this.#child.kill('SIGTERM');
    const killTimer = setTimeout(() => this.#child.kill('SIGKILL'), KILL_AFTER_MS);
    void this.exited.then(() => clearTimeout(killTimer));
  }
}

/** Restores the terminal after a crashed screen; `state` is an output of `stty -g`. */
function restoreTerminal(state: string): void {
  process.stdout.write(LEAVE_SEQUENCE);
  if (state !== '') spawnSync('stty', [state], { stdio: ['inherit', 'ignore', 'ignore'] });
}

/** The screen of `scooby run --ui`: a process of its own, so that drawing never holds up the proxy. */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import type { OutputPiece, ToLauncher, ToScreen } from '../feed/launcher-protocol.js';
import type { Speaker } from '../terminal/output-log.js';
import { LEAVE_SEQUENCE } from '../tui/screen.js';

/** Characters that wait for a screen that does not read them; of more, the oldest go. */
const MOST_WAITING = 512 * 1024;
const PATIENCE_MS = 2000;

/** How the screen was left: by the user, or because it could not go on. */
export type ScreenExit = 'quit' | 'failed';

export class ScreenProcess {
  /** Resolves when the screen is gone and the terminal is as it was. */
  readonly exited: Promise<ScreenExit>;
  readonly #child: ChildProcess;
  #waiting: OutputPiece[] = [];
  #size = 0;
  #lost = 0;
  #sending = false;
  #gone = false;

  /** Starts the screen over a database; `flags` are those of `scooby ui`. `said` is called with what it says. */
  constructor(database: string, flags: string[], said: (message: ToLauncher) => void) {
    const before = spawnSync('stty', ['-g'], { stdio: ['inherit', 'pipe', 'ignore'], encoding: 'utf8' });
    const args = [process.argv[1]!, 'ui', '--attached', '--db', database, ...flags];
    this.#child = spawn(process.execPath, [...process.execArgv, ...args], {
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    });
    this.#child.on('message', said);
    this.exited = new Promise((resolve) => {
      const over = (left: ScreenExit) => {
        this.#gone = true;
        if (left === 'failed') mended(before.stdout?.trim() ?? '');
        resolve(left);
      };
      this.#child.once('error', () => over('failed'));
      this.#child.once('exit', (code) =>
        over(code === 0 || code === 143 || code === 129 || code === 130 ? 'quit' : 'failed'),
      );
    });
  }

  /** Hands on what was printed, as fast as the screen takes it. */
  print(text: string, speaker: Speaker): void {
    this.#waiting.push([speaker, text]);
    this.#size += text.length;
    while (this.#size > MOST_WAITING && this.#waiting.length > 1) {
      const [, gone] = this.#waiting.shift()!;
      this.#size -= gone.length;
      this.#lost += gone.length;
    }
    this.#flush();
  }

  /** Tells the screen something. */
  send(message: ToScreen): void {
    if (!this.#gone && this.#child.connected) this.#child.send(message, () => {});
  }

  #flush(): void {
    if (this.#sending || this.#waiting.length === 0 || this.#gone || !this.#child.connected) return;
    this.#sending = true;
    // What comes within this turn goes together.
    setImmediate(() => {
      const pieces = this.#waiting;
      if (this.#lost > 0)
        pieces.unshift(['scooby', `${this.#lost.toLocaleString('en-US')} characters are not shown\n`]);
      this.#waiting = [];
      this.#size = this.#lost = 0;
      this.#child.send({ t: 'printed', pieces } satisfies ToScreen, () => {
        this.#sending = false;
        this.#flush();
      });
    });
  }

  /** Ends it, where it has not ended. */
  close(): void {
    if (this.#gone) return;
    this.#child.kill('SIGTERM');
    const patience = setTimeout(() => this.#child.kill('SIGKILL'), PATIENCE_MS);
    void this.exited.then(() => clearTimeout(patience));
  }
}

/** Puts the terminal in order after a screen that could not do so itself. */
function mended(before: string): void {
  process.stdout.write(LEAVE_SEQUENCE);
  if (before !== '') spawnSync('stty', [before], { stdio: ['inherit', 'ignore', 'ignore'] });
}

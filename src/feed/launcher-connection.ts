/**
 * Connection of the screen process to the launcher that started it: the app's output, and its
 * state.
 */

import { OutputLog } from '../terminal/output-log.js';
import type { FeedStatus } from './feed.js';
import type { RunFacts, ToLauncher, ToScreen } from './launcher-protocol.js';

/** IPC channel to the parent process; the screen ends when it closes. */
export class LauncherConnection {
  readonly output = new OutputLog();
  #facts: RunFacts | undefined;
  readonly #listeners = new Set<() => void>();
  readonly #onMessage = (message: ToScreen) => this.#receive(message);

  constructor() {
    process.on('message', this.#onMessage);
    // Without the launcher (killed or crashed) there is no output to show.
    process.once('disconnect', terminate);
  }

  #receive(message: ToScreen): void {
    if (message.t === 'printed')
      for (const [speaker, text] of message.pieces) this.output.write(text, speaker);
    else {
      this.#facts = message.facts;
      for (const listener of this.#listeners) listener();
    }
  }

  /** State of the app as last sent by the launcher; empty before that. */
  status(): Partial<FeedStatus> {
    if (!this.#facts) return {};
    const { command, cwd, ...facts } = this.#facts;
    return { ...facts, app: { command, cwd }, live: facts.exit === undefined };
  }

  /** Calls `listener` when the state has changed. */
  subscribe(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** Starts the app again after it exited. */
  restart(): void {
    this.#send({ t: 'again' });
  }

  /** Writes a line to the app's standard input, and echoes it in the output. */
  sendInput(line: string): void {
    this.output.write(`> ${line}\n`, 'scooby');
    this.#send({ t: 'tell', line });
  }

  #send(message: ToLauncher): void {
    process.send?.(message);
  }

  close(): void {
    process.off('message', this.#onMessage);
    process.off('disconnect', terminate);
    this.#listeners.clear();
    if (process.connected) process.disconnect();
  }
}

function terminate(): void {
  process.kill(process.pid, 'SIGTERM');
}

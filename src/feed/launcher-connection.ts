/** The launcher's end, seen from the screen that it has started: what the app prints, and how it stands. */

import { OutputLog } from '../terminal/output-log.js';
import type { FeedStatus } from './feed.js';
import type { RunFacts, ToLauncher, ToScreen } from './launcher-protocol.js';

export class LauncherConnection {
  readonly output = new OutputLog();
  #facts: RunFacts | undefined;
  readonly #listeners = new Set<() => void>();
  readonly #heard = (message: ToScreen) => this.#hear(message);

  constructor() {
    process.on('message', this.#heard);
    // Killed or crashed, it takes the app's output with it: there is nothing to stay for.
    process.once('disconnect', gone);
  }

  #hear(message: ToScreen): void {
    if (message.t === 'printed')
      for (const [speaker, text] of message.pieces) this.output.write(text, speaker);
    else {
      this.#facts = message.facts;
      for (const listener of this.#listeners) listener();
    }
  }

  /** Answers what the launcher knows of the app. */
  status(): Partial<FeedStatus> {
    if (!this.#facts) return {};
    const { command, cwd, ...facts } = this.#facts;
    return { ...facts, app: { command, cwd }, live: facts.exit === undefined };
  }

  /** Calls back when that has changed. */
  subscribe(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** Has the app started again, which has ended. */
  again(): void {
    this.#say({ t: 'again' });
  }

  /** Hands the app a line on its standard input. */
  tell(line: string): void {
    this.output.write(`> ${line}\n`, 'scooby');
    this.#say({ t: 'tell', line });
  }

  #say(message: ToLauncher): void {
    process.send?.(message);
  }

  close(): void {
    process.off('message', this.#heard);
    process.off('disconnect', gone);
    this.#listeners.clear();
    if (process.connected) process.disconnect();
  }
}

function gone(): void {
  process.kill(process.pid, 'SIGTERM');
}

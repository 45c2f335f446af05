/** Browser's connection to the run that records to its database; reconnects to a later run. */

import { connectToRun, type RunControl, type RunStatus } from '../control/client.js';

/** ms between two requests for the run's status, and between two attempts to connect. */
const POLL_MS = 1000;

/** Polls the status of the run and calls `onChange` when it changes. */
export class RunConnection {
  /** Resolves after the first attempt to connect. */
  readonly attempted: Promise<void>;
  /** Last status of the run; undefined where there is none. */
  status: RunStatus | undefined;
  readonly #database: string;
  readonly #onChange: () => void;
  #control: RunControl | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(database: string, onChange: () => void) {
    this.#database = database;
    this.#onChange = onChange;
    this.attempted = this.#poll();
  }

  /** Throws an Error with a message for the user when there is no run. */
  get control(): RunControl {
    if (!this.#control) throw new Error('the app no longer runs under scooby');
    return this.#control;
  }

  async #poll(): Promise<void> {
    try {
      const control = this.#control ?? (await this.#connect());
      this.#setStatus(await control?.status());
    } catch {
      // The run has just ended, or is slow: the next poll shows which.
      this.#setStatus(this.#control && this.status);
    }
    if (!this.#closed) this.#timer = setTimeout(() => void this.#poll(), POLL_MS);
  }

  async #connect(): Promise<RunControl | undefined> {
    const control = await connectToRun(this.#database);
    if (this.#closed) control?.close();
    if (!control || this.#closed) return undefined;
    this.#control = control;
    control.onClose(() => {
      if (this.#control !== control) return;
      this.#control = undefined;
      this.#setStatus(undefined);
    });
    return control;
  }

  #setStatus(status: RunStatus | undefined): void {
    if (JSON.stringify(status) === JSON.stringify(this.status)) return;
    this.status = status;
    if (!this.#closed) this.#onChange();
  }

  /** Runs a command of the run, and takes over the status that it returns. */
  async perform(command: (control: RunControl) => Promise<RunStatus>): Promise<void> {
    this.#setStatus(await command(this.control));
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#control?.close();
  }
}

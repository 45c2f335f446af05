/** The connection of a browser to the run that records to its database: made when there is one, made again after it was lost. */

import { connectToRun, type RunControl, type RunStatus } from '../control/client.js';

/** ms between two looks at whether there is a run, and at how it stands. */
const LOOK = 1000;

export class RunConnection {
  /** How the run stands; undefined where there is none. */
  status: RunStatus | undefined;
  readonly #database: string;
  readonly #changed: () => void;
  #control: RunControl | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(database: string, changed: () => void) {
    this.#database = database;
    this.#changed = changed;
    void this.#look();
  }

  /** Answers the connection. Throws where there is no run. */
  get control(): RunControl {
    if (!this.#control) throw new Error('the app no longer runs under scooby');
    return this.#control;
  }

  async #look(): Promise<void> {
    try {
      const control = this.#control ?? (await this.#reached());
      this.#take(await control?.status());
    } catch {
      // It ended just now, or takes its time: the next look tells.
      this.#take(this.#control && this.status);
    }
    if (!this.#closed) this.#timer = setTimeout(() => void this.#look(), LOOK);
  }

  async #reached(): Promise<RunControl | undefined> {
    const control = await connectToRun(this.#database);
    if (this.#closed) control?.close();
    if (!control || this.#closed) return undefined;
    this.#control = control;
    control.onClose(() => {
      if (this.#control !== control) return;
      this.#control = undefined;
      this.#take(undefined);
    });
    return control;
  }

  /** Takes how the run stands, as it says so itself. */
  #take(status: RunStatus | undefined): void {
    if (JSON.stringify(status) === JSON.stringify(this.status)) return;
    this.status = status;
    if (!this.#closed) this.#changed();
  }

  /** Has the run do something, and takes how it stands then. */
  async ask(work: (control: RunControl) => Promise<RunStatus>): Promise<void> {
    this.#take(await work(this.control));
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#control?.close();
  }
}

/** Spools of all connected processes, read at intervals and sooner when a line is expected. */

import type { LinkLine } from '../domain/link.js';
import { Spool, type SpoolPosition } from './spool.js';

const READ_INTERVAL_MS = 40;
// The agent reports the end of a request just after the last byte of the response.
const REREAD_DELAYS_MS = [2, 10];

/** Callbacks of the spools; `Owner` is the process that a spool belongs to. */
export interface SpoolListener<Owner> {
  lineReceived(owner: Owner, line: LinkLine): void;
  /**
   * Called for a line that could not be parsed, or whose handling threw; `text` is the part of it
   * that was read.
   */
  lineLost(owner: Owner, text: string): void;
  /** Whether a line that some trace waits for is about to be written. */
  awaitsLines(): boolean;
}

/** One spool per process; every line is passed to the listener with its owner. */
export class Spools<Owner> {
  readonly #spools = new Map<Owner, Spool>();
  readonly #listener: SpoolListener<Owner>;
  #interval: NodeJS.Timeout | undefined;
  #isReadPlanned = false;
  #rereadTimer: NodeJS.Timeout | undefined;

  constructor(listener: SpoolListener<Owner>) {
    this.#listener = listener;
  }

  /** Starts to read at intervals, until `close`. */
  start(): void {
    this.#interval = setInterval(() => this.readAll(), READ_INTERVAL_MS);
  }

  /** `name` is `<pid>-<thread>`, as in the names of the files; reading begins at `from`. */
  add(owner: Owner, folder: string, name: string, from?: SpoolPosition | 'end'): void {
    const sink = {
      line: (line: LinkLine) => this.#listener.lineReceived(owner, line),
      lost: (text: string) => this.#listener.lineLost(owner, text),
    };
    this.#spools.set(owner, new Spool(folder, name, sink, from));
  }

  /** Position of each spool up to which its lines were passed to the listener. */
  positions(): [owner: Owner, position: SpoolPosition][] {
    return [...this.#spools].map(([owner, spool]) => [owner, spool.position]);
  }

  /** Reads an owner's spool to its end and removes it. */
  remove(owner: Owner): void {
    this.#spools.get(owner)?.finish();
    this.#spools.delete(owner);
  }

  readAll(): void {
    for (const spool of this.#spools.values()) if (spool.read()) this.readSoon();
  }

  /**
   * Reads all spools after the current turn, and 2 and 10 ms later while the listener still awaits
   * lines.
   */
  readSoon(): void {
    if (this.#isReadPlanned) return;
    this.#isReadPlanned = true;
    setImmediate(() => {
      this.#isReadPlanned = false;
      this.#readUntilNoneAwaited(...REREAD_DELAYS_MS);
    });
  }

  /** Reads all that is written, in turns between which other work is done. */
  async readRest(): Promise<void> {
    while ([...this.#spools.values()].map((spool) => spool.read()).includes(true)) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  close(): void {
    clearInterval(this.#interval);
    clearTimeout(this.#rereadTimer);
    for (const spool of this.#spools.values()) {
      while (spool.read());
      spool.close();
    }
    this.#spools.clear();
  }

  #readUntilNoneAwaited(delay?: number, ...rest: number[]): void {
    clearTimeout(this.#rereadTimer);
    this.readAll();
    if (delay === undefined || !this.#listener.awaitsLines()) return;
    this.#rereadTimer = setTimeout(() => this.#readUntilNoneAwaited(...rest), delay).unref();
  }
}

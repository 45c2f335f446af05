/** Spools of all connected processes: read every now and then, and at once when a line is known to be due. */

import type { LinkLine } from '../domain/link.js';
import { Spool } from './spool.js';

const LOOK_MS = 40;
// The app tells that it has finished just after the last byte of its response.
const SOON_MS = [2, 10];

/** What is done with the lines, and whether one is about to be written that is wanted. */
export interface SpoolListener<Owner> {
  said(owner: Owner, line: LinkLine): void;
  /** A line could not be understood, or its handling failed; `text` is as much of it as is known. */
  lost(owner: Owner, text: string): void;
  awaits(): boolean;
}

/** Reads the spool of each process, which its owner stands for, and hands on its lines. */
export class Spools<Owner> {
  readonly #spools = new Map<Owner, Spool>();
  readonly #listener: SpoolListener<Owner>;
  #timer: NodeJS.Timeout | undefined;
  #isPlanned = false;
  #again: NodeJS.Timeout | undefined;

  constructor(listener: SpoolListener<Owner>) {
    this.#listener = listener;
  }

  /** Reads every now and then from here on, until it is closed. */
  start(): void {
    this.#timer = setInterval(() => this.readAll(), LOOK_MS);
  }

  /** `name` is `<pid>-<thread>`, as in the names of the files. */
  add(owner: Owner, folder: string, name: string): void {
    const sink = {
      line: (line: LinkLine) => this.#listener.said(owner, line),
      lost: (text: string) => this.#listener.lost(owner, text),
    };
    this.#spools.set(owner, new Spool(folder, name, sink));
  }

  /** Reads an owner's spool to its end, and lets go of it. */
  remove(owner: Owner): void {
    this.#spools.get(owner)?.end();
    this.#spools.delete(owner);
  }

  readAll(): void {
    for (const spool of this.#spools.values()) if (spool.read()) this.look();
  }

  /** Looks for lines once this turn is over, and shortly after where what is awaited was not there. */
  look(): void {
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    setImmediate(() => {
      this.#isPlanned = false;
      this.#lookAgain(...SOON_MS);
    });
  }

  close(): void {
    clearInterval(this.#timer);
    clearTimeout(this.#again);
    for (const spool of this.#spools.values()) {
      while (spool.read());
      spool.close();
    }
    this.#spools.clear();
  }

  #lookAgain(next?: number, ...rest: number[]): void {
    clearTimeout(this.#again);
    this.readAll();
    if (next === undefined || !this.#listener.awaits()) return;
    this.#again = setTimeout(() => this.#lookAgain(...rest), next).unref();
  }
}

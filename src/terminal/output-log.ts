/** What the app printed, as far as it is kept: rows broken at a width, the newest at the end. */

import { type AnsiRow, AnsiRowParser } from './ansi-rows.js';
import { type Line, wrapLine } from './cells.js';

/** Who printed: the app on one of its streams, or scooby itself. */
export type Speaker = 'out' | 'err' | 'scooby';

/** Rows kept, and how many go at once when there are more. */
const KEPT = 5000;
const GO = 1000;

/** The rows at a width; `first` is the number of the first of them, as those that went are counted. */
export interface BrokenRows {
  first: number;
  rows: Line[];
}

export class OutputLog {
  #rows: AnsiRow[] = [];
  readonly #printers: Record<Speaker, AnsiRowParser> = {
    out: new AnsiRowParser(),
    err: new AnsiRowParser(),
    scooby: new AnsiRowParser(),
  };
  readonly #listeners = new Set<() => void>();
  #width = 0;
  #first = 0;
  #broken: Line[] = [];
  /** Of each of the app's rows, how many there are at the width. */
  #sizes: number[] = [];

  /** Takes what was printed. */
  write(text: string, speaker: Speaker): void {
    for (const row of this.#printers[speaker].write(text))
      this.#add(speaker === 'scooby' ? marked(row) : row);
    if (this.#rows.length > KEPT + GO) this.#drop(this.#rows.length - KEPT);
    for (const listener of this.#listeners) listener();
  }

  #add(row: AnsiRow): void {
    this.#rows.push(row);
    if (this.#width > 0) this.#break(row);
  }

  #break(row: AnsiRow): void {
    const lines = wrapLine(row, this.#width, 2);
    this.#broken.push(...lines);
    this.#sizes.push(lines.length);
  }

  #drop(count: number): void {
    const gone = this.#sizes.slice(0, count).reduce((sum, size) => sum + size, 0);
    this.#rows = this.#rows.slice(count);
    this.#sizes = this.#sizes.slice(count);
    this.#broken = this.#broken.slice(gone);
    this.#first += gone;
  }

  /** Answers the rows, broken where a width ends, and at their end what is still being written. */
  broken(width: number): BrokenRows {
    if (width !== this.#width) {
      this.#width = width;
      this.#first = 0;
      this.#broken = [];
      this.#sizes = [];
      for (const row of this.#rows) this.#break(row);
    }
    const open = [this.#printers.out.open, this.#printers.err.open].filter((row) => row.length > 0);
    if (open.length === 0) return { first: this.#first, rows: this.#broken };
    return { first: this.#first, rows: [...this.#broken, ...open.flatMap((row) => wrapLine(row, width, 2))] };
  }

  /** Calls back when something was printed; answers how to stop that. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

function marked(row: AnsiRow): AnsiRow {
  return [['scooby: ', 'accent'], ...row];
}

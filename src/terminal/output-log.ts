/** Bounded log of the app's output as wrapped rows, the newest at the end. */

import { type AnsiRow, AnsiRowParser } from './ansi-rows.js';
import { type Line, wrapLine } from './cells.js';

/** Origin of output: stdout or stderr of the app, or scooby itself. */
export type OutputSource = 'out' | 'err' | 'scooby';

const MAX_ROWS = 5000;
/** Rows dropped at once, so that dropping is rare. */
const DROP_ROWS = 1000;

/** Rows wrapped at a width; `first` is the number of the first kept row, dropped rows included. */
export interface WrappedRows {
  first: number;
  rows: Line[];
}

/** Log of printed rows; its listeners are called on every write. */
export class OutputLog {
  #rows: AnsiRow[] = [];
  readonly #parsers: Record<OutputSource, AnsiRowParser> = {
    out: new AnsiRowParser(),
    err: new AnsiRowParser(),
    scooby: new AnsiRowParser(),
  };
  readonly #listeners = new Set<() => void>();
  #width = 0;
  #first = 0;
  #wrapped: Line[] = [];
  /** Number of wrapped rows per unwrapped row. */
  #sizes: number[] = [];

  /** Appends printed text. */
  write(text: string, source: OutputSource): void {
    for (const row of this.#parsers[source].write(text))
      this.#add(source === 'scooby' ? withPrefix(row) : row);
    if (this.#rows.length > MAX_ROWS + DROP_ROWS) this.#drop(this.#rows.length - MAX_ROWS);
    for (const listener of this.#listeners) listener();
  }

  #add(row: AnsiRow): void {
    this.#rows.push(row);
    if (this.#width > 0) this.#wrap(row);
  }

  #wrap(row: AnsiRow): void {
    const lines = wrapLine(row, this.#width, 2);
    this.#wrapped.push(...lines);
    this.#sizes.push(lines.length);
  }

  #drop(count: number): void {
    const dropped = this.#sizes.slice(0, count).reduce((sum, size) => sum + size, 0);
    this.#rows = this.#rows.slice(count);
    this.#sizes = this.#sizes.slice(count);
    this.#wrapped = this.#wrapped.slice(dropped);
    this.#first += dropped;
  }

  /** Rows wrapped at a width in cells, unfinished rows at the end. */
  wrappedRows(width: number): WrappedRows {
    if (width !== this.#width) {
      this.#width = width;
      this.#first = 0;
      this.#wrapped = [];
      this.#sizes = [];
      for (const row of this.#rows) this.#wrap(row);
    }
    const unfinished = [this.#parsers.out.open, this.#parsers.err.open].filter((row) => row.length > 0);
    if (unfinished.length === 0) return { first: this.#first, rows: this.#wrapped };
    return {
      first: this.#first,
      rows: [...this.#wrapped, ...unfinished.flatMap((row) => wrapLine(row, width, 2))],
    };
  }

  /** Calls `listener` on every write; returns the function that unsubscribes it. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

function withPrefix(row: AnsiRow): AnsiRow {
  return [['scooby: ', 'accent'], ...row];
}

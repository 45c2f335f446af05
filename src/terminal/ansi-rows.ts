/**
 * Output of a program as rows safe for a terminal: colours stay, all other escape sequences are
 * removed.
 */

import { cleanLines, cutText, type Segment } from './cells.js';

/** A row of segments with SGR roles: `sgr31` is the look after `ESC[31m`. */
export type AnsiRow = readonly Segment[];

/** Characters of a row; the rest is cut off. */
const MAX_ROW = 8000;
/** Characters of an escape sequence that a chunk's end may split. */
const MAX_SEQUENCE = 256;

const PARTS =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern matches escape sequences
  /\x1b\[([\d;:]*)m|\x1b\[([0-?]*[ -/]*[@-~])|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[PX^_][\s\S]{0,4096}?\x1b\\|\x1b[ -/]*[0-Z\\^-~]|\r?\n|\r|\t|[^\x1b\r\n\t]+|\x1b/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern matches escape sequences
const UNFINISHED = /(?:\x1b(?:\[[0-?]*[ -/]*|[\]PX^_][^\x07\x1b]*\x1b?|[ -/]*)?|\r)$/;
const STYLES = new Set([1, 2, 3, 4, 7, 9]);
/** Styles that these SGR numbers reset. */
const RESETS: Record<number, number[]> = { 22: [1, 2], 23: [3], 24: [4], 27: [7], 29: [9] };

/** SGR foreground number of the nearest of the terminal's sixteen colours. */
function nearestColour(red: number, green: number, blue: number): number {
  const max = Math.max(red, green, blue);
  const min = Math.min(red, green, blue);
  if (max - min < 40) return max < 64 ? 90 : max < 192 ? 37 : 97;
  const middle = (max + min) / 2;
  const colour = (red > middle ? 1 : 0) + (green > middle ? 2 : 0) + (blue > middle ? 4 : 0);
  return (max > 200 ? 90 : 30) + colour;
}

function paletteColour(n: number): number {
  if (n < 16) return n < 8 ? 30 + n : 82 + n;
  if (n >= 232) return n < 240 ? 90 : n < 250 ? 37 : 97;
  const step = (value: number) => (value === 0 ? 0 : 55 + value * 40);
  const at = n - 16;
  return nearestColour(step(Math.floor(at / 36)), step(Math.floor(at / 6) % 6), step(at % 6));
}

/** SGR state of the following text. */
class SgrState {
  #styles = new Set<number>();
  #foreground: number | undefined;
  #background: number | undefined;

  /** Applies the numbers of one SGR sequence. */
  apply(numbers: number[]): void {
    for (let at = 0; at < numbers.length; at++) {
      const n = numbers[at]!;
      if (n === 38 || n === 48) at += this.#applyExtended(n, numbers.slice(at + 1));
      else this.#applyOne(n);
    }
  }

  #applyOne(n: number): void {
    if (n === 0) {
      this.#styles.clear();
      this.#foreground = this.#background = undefined;
    } else if (STYLES.has(n)) this.#styles.add(n);
    else if (RESETS[n]) for (const style of RESETS[n]) this.#styles.delete(style);
    else if (n === 39) this.#foreground = undefined;
    else if (n === 49) this.#background = undefined;
    else if ((n >= 30 && n <= 37) || (n >= 90 && n <= 97)) this.#foreground = n;
    else if ((n >= 40 && n <= 47) || (n >= 100 && n <= 107)) this.#background = n;
  }

  /** Applies a palette (mode 5) or RGB (mode 2) colour; returns the count of consumed numbers. */
  #applyExtended(target: number, [mode, ...rest]: number[]): number {
    const colour =
      mode === 5
        ? paletteColour(rest[0] ?? 0)
        : mode === 2
          ? nearestColour(rest[0] ?? 0, rest[1] ?? 0, rest[2] ?? 0)
          : undefined;
    if (colour !== undefined && target === 38) this.#foreground = colour;
    else if (colour !== undefined) this.#background = colour + 10;
    return mode === 5 ? 2 : mode === 2 ? 4 : 0;
  }

  /** Roles of text in this state. */
  roles(): string[] {
    const codes = [...this.#styles];
    if (this.#foreground !== undefined) codes.push(this.#foreground);
    if (this.#background !== undefined) codes.push(this.#background);
    return codes.map((code) => `sgr${code}`);
  }
}

/** Parser from output chunks, split anywhere, to rows. */
export class AnsiRowParser {
  #state = new SgrState();
  #pending = '';
  #row: Segment[] = [];
  #length = 0;
  /** After a carriage return: the next text replaces the row. */
  #overwrites = false;

  /** The unfinished row. */
  get open(): AnsiRow {
    return this.#row;
  }

  /** Consumes a chunk; returns the rows that it completes. */
  write(text: string): AnsiRow[] {
    let input = this.#pending + text;
    const unfinished = UNFINISHED.exec(input)?.[0] ?? '';
    this.#pending = unfinished.length <= MAX_SEQUENCE ? unfinished : '';
    input = input.slice(0, input.length - this.#pending.length);
    const rows: AnsiRow[] = [];
    for (const [part, colour, control] of input.matchAll(PARTS)) {
      if (part.endsWith('\n')) rows.push(this.#endRow());
      else if (part === '\r') this.#overwrites = true;
      else if (part === '\t') this.#add('\t');
      else if (colour !== undefined) this.#state.apply(colour.split(/[;:]/).map(Number));
      else if (control !== undefined) this.#moveCursor(control);
      else if (!part.startsWith('\x1b')) this.#add(part);
    }
    return rows;
  }

  /** Progress bars move to the start of the row, or erase it; both restart the row. */
  #moveCursor(sequence: string): void {
    if (/^[01]?G$/.test(sequence) || sequence === '2K') this.#overwrites = true;
  }

  #endRow(): AnsiRow {
    const row = this.#row;
    this.#row = [];
    this.#length = 0;
    this.#overwrites = false;
    return row;
  }

  #add(text: string): void {
    if (this.#overwrites) this.#endRow();
    const maxLength = MAX_ROW - this.#length;
    if (maxLength <= 0) return;
    this.#length += text.length;
    const shown = cutText(cleanLines(text)[0]!, maxLength);
    this.#append(shown, this.#state.roles());
  }

  /**
   * Appends text, to the last segment where the roles are equal: a character may arrive in two
   * chunks.
   */
  #append(text: string, roles: string[]): void {
    const last = this.#row.at(-1);
    const [before, ...lastRoles] = typeof last === 'string' ? [last] : (last ?? []);
    const joins = before !== undefined && lastRoles.join() === roles.join();
    const joined = joins ? before + text : text;
    this.#row.splice(joins ? -1 : this.#row.length, 1, roles.length > 0 ? [joined, ...roles] : joined);
  }
}

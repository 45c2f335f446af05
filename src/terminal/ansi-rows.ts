/** What a program printed, as rows that cannot steer the terminal: its colours stay, all other sequences go. */

import { cleanLines, cutText, type Segment } from './cells.js';

/** A row, each piece with the roles of its look: `sgr31` is what a terminal does at `ESC[31m`. */
export type AnsiRow = readonly Segment[];

/** A longer row is nobody's to read. */
const LONGEST = 8000;
/** Characters of a sequence that may be cut in two by the end of a piece. */
const LONGEST_SEQUENCE = 256;

const PARTS =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what a terminal is steered with
  /\x1b\[([\d;:]*)m|\x1b\[([0-?]*[ -/]*[@-~])|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[PX^_][\s\S]{0,4096}?\x1b\\|\x1b[ -/]*[0-Z\\^-~]|\r?\n|\r|\t|[^\x1b\r\n\t]+|\x1b/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: what a terminal is steered with
const UNFINISHED = /(?:\x1b(?:\[[0-?]*[ -/]*|[\]PX^_][^\x07\x1b]*\x1b?|[ -/]*)?|\r)$/;
const STYLES = new Set([1, 2, 3, 4, 7, 9]);
/** Which styles these numbers take back. */
const OFF: Record<number, number[]> = { 22: [1, 2], 23: [3], 24: [4], 27: [7], 29: [9] };

/** Answers the one of the terminal's sixteen colours that is nearest, as the number that sets it in front. */
function nearest(red: number, green: number, blue: number): number {
  const most = Math.max(red, green, blue);
  const least = Math.min(red, green, blue);
  if (most - least < 40) return most < 64 ? 90 : most < 192 ? 37 : 97;
  const limit = (most + least) / 2;
  const colour = (red > limit ? 1 : 0) + (green > limit ? 2 : 0) + (blue > limit ? 4 : 0);
  return (most > 200 ? 90 : 30) + colour;
}

function ofPalette(n: number): number {
  if (n < 16) return n < 8 ? 30 + n : 82 + n;
  if (n >= 232) return n < 240 ? 90 : n < 250 ? 37 : 97;
  const step = (value: number) => (value === 0 ? 0 : 55 + value * 40);
  const at = n - 16;
  return nearest(step(Math.floor(at / 36)), step(Math.floor(at / 6) % 6), step(at % 6));
}

/** The look that the text after it has. */
class Look {
  #styles = new Set<number>();
  #front: number | undefined;
  #back: number | undefined;

  /** Takes the numbers of one sequence. */
  take(numbers: number[]): void {
    for (let at = 0; at < numbers.length; at++) {
      const n = numbers[at]!;
      if (n === 38 || n === 48) at += this.#extended(n, numbers.slice(at + 1));
      else this.#one(n);
    }
  }

  #one(n: number): void {
    if (n === 0) {
      this.#styles.clear();
      this.#front = this.#back = undefined;
    } else if (STYLES.has(n)) this.#styles.add(n);
    else if (OFF[n]) for (const style of OFF[n]) this.#styles.delete(style);
    else if (n === 39) this.#front = undefined;
    else if (n === 49) this.#back = undefined;
    else if ((n >= 30 && n <= 37) || (n >= 90 && n <= 97)) this.#front = n;
    else if ((n >= 40 && n <= 47) || (n >= 100 && n <= 107)) this.#back = n;
  }

  /** A colour of a palette or of three parts; answers how many numbers it took. */
  #extended(which: number, [mode, ...rest]: number[]): number {
    const colour =
      mode === 5
        ? ofPalette(rest[0] ?? 0)
        : mode === 2
          ? nearest(rest[0] ?? 0, rest[1] ?? 0, rest[2] ?? 0)
          : undefined;
    if (colour !== undefined && which === 38) this.#front = colour;
    else if (colour !== undefined) this.#back = colour + 10;
    return mode === 5 ? 2 : mode === 2 ? 4 : 0;
  }

  /** Answers the roles of text that looks so. */
  roles(): string[] {
    const codes = [...this.#styles];
    if (this.#front !== undefined) codes.push(this.#front);
    if (this.#back !== undefined) codes.push(this.#back);
    return codes.map((code) => `sgr${code}`);
  }
}

/** Turns pieces of text, cut anywhere, into rows. */
export class AnsiRowParser {
  #look = new Look();
  #rest = '';
  #row: Segment[] = [];
  #length = 0;
  /** The next character is written over the row from its start. */
  #over = false;

  /** Answers the row that is still being written. */
  get open(): AnsiRow {
    return this.#row;
  }

  /** Answers the rows that a piece of text completes. */
  write(text: string): AnsiRow[] {
    let whole = this.#rest + text;
    const cutOff = UNFINISHED.exec(whole)?.[0] ?? '';
    this.#rest = cutOff.length <= LONGEST_SEQUENCE ? cutOff : '';
    whole = whole.slice(0, whole.length - this.#rest.length);
    const rows: AnsiRow[] = [];
    for (const [part, colour, other] of whole.matchAll(PARTS)) {
      if (part.endsWith('\n')) rows.push(this.#end());
      else if (part === '\r') this.#over = true;
      else if (part === '\t') this.#add('\t');
      else if (colour !== undefined) this.#look.take(colour.split(/[;:]/).map(Number));
      else if (other !== undefined) this.#steered(other);
      else if (!part.startsWith('\x1b')) this.#add(part);
    }
    return rows;
  }

  /** Progress is told by going back to the start of the row, or by taking it away. */
  #steered(sequence: string): void {
    if (/^[01]?G$/.test(sequence) || sequence === '2K') this.#over = true;
  }

  #end(): AnsiRow {
    const row = this.#row;
    this.#row = [];
    this.#length = 0;
    this.#over = false;
    return row;
  }

  #add(text: string): void {
    if (this.#over) this.#end();
    const room = LONGEST - this.#length;
    if (room <= 0) return;
    this.#length += text.length;
    const shown = cutText(cleanLines(text)[0]!, room);
    this.#join(shown, this.#look.roles());
  }

  /** A character may come in two pieces: text of one look is one segment. */
  #join(text: string, roles: string[]): void {
    const last = this.#row.at(-1);
    const [before, ...looks] = typeof last === 'string' ? [last] : (last ?? []);
    const joins = before !== undefined && looks.join() === roles.join();
    const whole = joins ? before + text : text;
    this.#row.splice(joins ? -1 : this.#row.length, 1, roles.length > 0 ? [whole, ...roles] : whole);
  }
}

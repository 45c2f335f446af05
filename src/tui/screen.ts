/** The terminal while the browser has it: frames in, only what differs out, everything put back at the end. */

import { paintedWidth } from './ink/painted.js';

const ENTER = '\x1b[?1049h\x1b[H\x1b[2J\x1b[?25l\x1b[?1007h';
/** What gives a terminal back as it was. */
export const LEAVE_SEQUENCE = '\x1b[?1006l\x1b[?1000l\x1b[?1007l\x1b[?2004l\x1b[0m\x1b[?25h\x1b[?1049l';
const BEGIN = '\x1b[?2026h';
const END = '\x1b[?2026l';
/** ms between two frames. */
const FRAME = 16;

/** Answers what turns one frame into another: the rows that differ, each painted before its rest is erased. */
export function frameDifference(before: string[], after: string[], columns: number, rows: number): string {
  let out = '';
  for (let row = 0; row < Math.min(rows, Math.max(before.length, after.length)); row++) {
    const text = after[row] ?? '';
    if (text === before[row]) continue;
    // A row as wide as the screen leaves the cursor on its last cell, which erasing after it would take away.
    const erase = paintedWidth(text) >= columns ? '' : '\x1b[K';
    out += `\x1b[${row + 1};1H${text}${erase}`;
  }
  return out;
}

/** What of a terminal's output stream is needed. */
export type TerminalOutput = Pick<NodeJS.WriteStream, 'write' | 'columns' | 'rows'>;

export class TerminalScreen {
  readonly #out: TerminalOutput;
  #shown: string[] = [];
  #next: string[] | undefined;
  #at = 0;
  #timer: NodeJS.Timeout | undefined;
  #clear = false;
  #last: string[] = [];
  #mouse = false;
  #paste = false;
  active = false;

  constructor(out: TerminalOutput) {
    this.#out = out;
  }

  get columns(): number {
    return this.#out.columns || 80;
  }

  get rows(): number {
    return this.#out.rows || 24;
  }

  /** Takes the terminal; what was on it comes back with `leave`. */
  enter(): void {
    if (this.active) return;
    this.active = true;
    this.#shown = [];
    this.#out.write(ENTER + this.#modes());
  }

  /** Gives the terminal back as it was. Safe to call at any time, more than once. */
  leave(): void {
    if (!this.active) return;
    this.active = false;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#out.write(LEAVE_SEQUENCE);
  }

  #modes(): string {
    return (this.#mouse ? '\x1b[?1000h\x1b[?1006h' : '') + (this.#paste ? '\x1b[?2004h' : '');
  }

  /** Reports clicks and the wheel, or leaves them to the terminal, so that text can be selected. */
  mouse(on: boolean): void {
    this.#mouse = on;
    if (this.active) this.#out.write(on ? '\x1b[?1000h\x1b[?1006h' : '\x1b[?1006l\x1b[?1000l');
  }

  /** Shows a frame: at once, or as soon as a frame's time has passed since the last, unless it is wanted `now`; only the newest is written. */
  frame(text: string, now = false): void {
    this.#next = text.split('\n');
    if (!this.active || this.#timer) return;
    const wait = now ? 0 : this.#at + FRAME - performance.now();
    if (wait <= 0) this.#write();
    else this.#timer = setTimeout(() => this.#write(), wait);
  }

  #write(): void {
    this.#timer = undefined;
    const next = this.#next;
    if (!next || !this.active) return;
    this.#next = undefined;
    this.#at = performance.now();
    const changed = frameDifference(this.#shown, next, this.columns, this.rows);
    const clear = this.#clear ? '\x1b[0m\x1b[2J' : '';
    this.#clear = false;
    this.#shown = next;
    // One write a frame: what draws half a frame flickers.
    if (changed !== '' || clear !== '') this.#out.write(BEGIN + clear + changed + END);
  }

  /** Draws the last frame again, after something else wrote on the screen. */
  repaint(clear: boolean): void {
    if (!this.active) return;
    this.#next ??= this.#shown;
    this.#shown = [];
    this.#clear ||= clear;
    clearTimeout(this.#timer);
    this.#write();
  }

  /** The size changed: what is shown is not to be relied on, and the frame of the old size would not fit. */
  resized(): void {
    this.#last = this.#next ?? this.#shown;
    this.#shown = [];
    this.#clear = true;
  }

  /** Draws the last frame where no other has come since the size changed, because it was the same size again. */
  settle(): void {
    if (!this.#clear || this.#next || !this.active) return;
    this.#next = this.#last;
    this.#write();
  }

  /** The stream that Ink draws to: each write is a whole frame, but for the switch of bracketed paste. */
  stream(): NodeJS.WriteStream {
    const screen = this;
    const stream = {
      isTTY: true,
      writable: true,
      get columns() {
        return screen.columns;
      },
      get rows() {
        return screen.rows;
      },
      write(data: string, done?: () => void): boolean {
        if (data.startsWith('\x1b[?2004')) {
          screen.#paste = data.endsWith('h');
          if (screen.active) screen.#out.write(data);
        } else if (data !== '') screen.frame(data);
        if (done) queueMicrotask(done);
        return true;
      },
      on: () => stream,
      off: () => stream,
    };
    return stream as unknown as NodeJS.WriteStream;
  }
}

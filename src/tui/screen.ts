/** Terminal output of the browser: alternate screen, differences of frames, restore on leave. */

import { paintedWidth } from './ink/painted.js';

/** Alternate screen, cleared, hidden cursor, wheel as arrow keys. */
const ENTER_SEQUENCE = '\x1b[?1049h\x1b[H\x1b[2J\x1b[?25l\x1b[?1007h';
/** Ends mouse reports, bracketed paste, colours, hidden cursor and alternate screen. */
export const LEAVE_SEQUENCE = '\x1b[?1006l\x1b[?1000l\x1b[?1007l\x1b[?2004l\x1b[0m\x1b[?25h\x1b[?1049l';
/** Synchronized output: the terminal draws between these two at once. */
const BEGIN_UPDATE = '\x1b[?2026h';
const END_UPDATE = '\x1b[?2026l';
const MOUSE_ON = '\x1b[?1000h\x1b[?1006h';
const MOUSE_OFF = '\x1b[?1006l\x1b[?1000l';
/** Minimum interval of two frames. */
const FRAME_MS = 16;

/** Escape sequences from one frame to another: changed rows, painted before the rest is erased. */
export function frameDifference(before: string[], after: string[], columns: number, rows: number): string {
  let out = '';
  for (let row = 0; row < Math.min(rows, Math.max(before.length, after.length)); row++) {
    const text = after[row] ?? '';
    if (text === before[row]) continue;
    // A row as wide as the screen leaves the cursor on its last cell, which an erase would clear.
    const erase = paintedWidth(text) >= columns ? '' : '\x1b[K';
    out += `\x1b[${row + 1};1H${text}${erase}`;
  }
  return out;
}

/** Part of a TTY's write stream that the screen uses. */
export type TerminalOutput = Pick<NodeJS.WriteStream, 'write' | 'columns' | 'rows'>;

export class TerminalScreen {
  readonly #out: TerminalOutput;
  /** Rows on the screen; empty when its content is unknown. */
  #shown: string[] = [];
  /** Frame that waits for the end of FRAME_MS. */
  #next: string[] | undefined;
  /** Time of the last write (performance.now). */
  #writtenAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #clearBeforeWrite = false;
  #beforeResize: string[] = [];
  #mouse = false;
  #bracketedPaste = false;
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

  /** Switches to the alternate screen; `leave` brings back the main one with its content. */
  enter(): void {
    if (this.active) return;
    this.active = true;
    this.#shown = [];
    this.#out.write(ENTER_SEQUENCE + this.#modes());
  }

  /** Restores the terminal. Safe to call at any time and repeatedly. */
  leave(): void {
    if (!this.active) return;
    this.active = false;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#out.write(LEAVE_SEQUENCE);
  }

  #modes(): string {
    return (this.#mouse ? MOUSE_ON : '') + (this.#bracketedPaste ? '\x1b[?2004h' : '');
  }

  /** Turns mouse reports on or off; while off, the terminal's own text selection works. */
  setMouse(on: boolean): void {
    this.#mouse = on;
    if (this.active) this.#out.write(on ? MOUSE_ON : MOUSE_OFF);
  }

  /** Writes a frame, at most one per FRAME_MS unless `now`; only the newest of waiting frames. */
  frame(text: string, now = false): void {
    this.#next = text.split('\n');
    if (!this.active || this.#timer) return;
    const wait = now ? 0 : this.#writtenAt + FRAME_MS - performance.now();
    if (wait <= 0) this.#write();
    else this.#timer = setTimeout(() => this.#write(), wait);
  }

  #write(): void {
    this.#timer = undefined;
    const next = this.#next;
    if (!next || !this.active) return;
    this.#next = undefined;
    this.#writtenAt = performance.now();
    const changed = frameDifference(this.#shown, next, this.columns, this.rows);
    const clear = this.#clearBeforeWrite ? '\x1b[0m\x1b[2J' : '';
    this.#clearBeforeWrite = false;
    this.#shown = next;
    // One write per frame: a partly drawn frame flickers.
    if (changed !== '' || clear !== '') this.#out.write(BEGIN_UPDATE + clear + changed + END_UPDATE);
  }

  /** Writes the last frame in full, after other output has overwritten the screen. */
  repaint(clear: boolean): void {
    if (!this.active) return;
    this.#next ??= this.#shown;
    this.#shown = [];
    this.#clearBeforeWrite ||= clear;
    clearTimeout(this.#timer);
    this.#write();
  }

  /** Forgets the shown rows after SIGWINCH, because terminals reflow them. */
  resized(): void {
    this.#beforeResize = this.#next ?? this.#shown;
    this.#shown = [];
    this.#clearBeforeWrite = true;
  }

  /** Writes the frame from before `resized` if the size is the same again and none followed. */
  settle(): void {
    if (!this.#clearBeforeWrite || this.#next || !this.active) return;
    this.#next = this.#beforeResize;
    this.#write();
  }

  /** Write stream for Ink: each write is a whole frame or switches bracketed paste (mode 2004). */
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
          screen.#bracketedPaste = data.endsWith('h');
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

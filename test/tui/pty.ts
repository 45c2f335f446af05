/** Runs a program on a pseudo-terminal and decodes its output into cells. */

import xterm from '@xterm/headless';
import { requirePackage } from '../packages.js';

/** Part of node-pty's API that the tests use. */
interface Pty {
  readonly pid: number;
  onData(listener: (data: string) => void): unknown;
  onExit(listener: (exit: { exitCode: number; signal?: number }) => void): unknown;
  write(data: string): void;
  resize(columns: number, rows: number): void;
  kill(signal: string): void;
}

const { spawn }: { spawn(file: string, args: string[], options: object): Pty } = requirePackage('node-pty');

const REMOVED_VARIABLES = [
  'CI',
  'NO_COLOR',
  'FORCE_COLOR',
  'TMUX',
  'INK_SCREEN_READER',
  'SSH_CONNECTION',
  'DISPLAY',
  'WAYLAND_DISPLAY',
];

const MAX_WAIT_MS = 120_000;

/** Environment in which frames are the same on every machine. */
export function cleanEnvironment(more: Record<string, string> = {}): Record<string, string> {
  const env: Record<string, string | undefined> = {
    ...process.env,
    TERM: 'xterm-256color',
    LANG: 'C.UTF-8',
    LC_ALL: '',
    TZ: 'UTC',
    XDG_CONFIG_HOME: '/nonexistent',
    XDG_STATE_HOME: '/nonexistent',
  };
  for (const name of REMOVED_VARIABLES) delete env[name];
  return { ...(env as Record<string, string>), ...more };
}

export class PtyTerminal {
  readonly pty: Pty;
  readonly terminal: xterm.Terminal;
  /** All output of the program. */
  raw = '';
  /** Length of what of it is on the screen: the terminal takes it in later. */
  #shown = 0;
  exit: { exitCode: number; signal?: number | undefined } | undefined;
  #checks: (() => void)[] = [];

  constructor(args: string[], columns: number, rows: number, env: Record<string, string> = {}) {
    this.terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
    this.pty = spawn(process.execPath, args, {
      cols: columns,
      rows,
      env: cleanEnvironment(env),
      name: env.TERM ?? 'xterm-256color',
    });
    this.pty.onData((data) => {
      this.raw += data;
      const shown = this.raw.length;
      this.terminal.write(data, () => {
        this.#shown = shown;
        this.#check();
      });
    });
    this.pty.onExit((exit) => {
      this.exit = exit;
      this.terminal.write('', () => this.#check());
    });
  }

  #check(): void {
    for (const check of [...this.#checks]) check();
  }

  /** Resolves when a condition on the screen, the output or the exit is true; rejects after two minutes. */
  until(isTrue: () => boolean, what: string): Promise<void> {
    return new Promise((done, failed) => {
      const end = (work: () => void) => {
        clearTimeout(timer);
        this.#checks = this.#checks.filter((other) => other !== check);
        work();
      };
      const check = () => {
        if (isTrue()) end(done);
      };
      const timer = setTimeout(
        () => end(() => failed(new Error(`never: ${what}\n${this.rows().join('\n')}`))),
        MAX_WAIT_MS,
      );
      this.#checks.push(check);
      check();
    });
  }

  /** Resolves when a complete frame on the screen has the text. */
  shows(text: string): Promise<void> {
    const last = (marker: string) => this.raw.slice(0, this.#shown).lastIndexOf(marker);
    const isComplete = () => last('\x1b[?2026l') > last('\x1b[?2026h');
    return this.until(() => isComplete() && this.rows().join('\n').includes(text), text);
  }

  send(keys: string): void {
    this.pty.write(keys);
  }

  resize(columns: number, rows: number): void {
    this.terminal.resize(columns, rows);
    this.pty.resize(columns, rows);
  }

  /** Rows of the screen, without trailing spaces. */
  rows(): string[] {
    const { active } = this.terminal.buffer;
    return Array.from(
      { length: this.terminal.rows },
      (_, y) => active.getLine(active.baseY + y)?.translateToString(true) ?? '',
    );
  }

  /** Rows of the screen; below each styled row a `~` row with the styles of its cells. */
  painted(): string {
    const { active } = this.terminal.buffer;
    const out: string[] = [];
    for (let y = 0; y < this.terminal.rows; y++) {
      const line = active.getLine(active.baseY + y);
      let styles = '';
      for (let x = 0; x < this.terminal.cols; x++) {
        const cell = line?.getCell(x);
        if (!cell || cell.getWidth() === 0) continue;
        const colour = cell.isFgDefault() ? ' ' : String(cell.getFgColor() % 10);
        styles += cell.isInverse()
          ? '#'
          : colour !== ' '
            ? colour
            : cell.isBold()
              ? 'b'
              : cell.isDim()
                ? '.'
                : ' ';
      }
      out.push(line?.translateToString(true) ?? '');
      if (styles.trim() !== '') out.push(`~${styles.trimEnd()}`);
    }
    return out.join('\n');
  }

  /** Modes of the terminal that the browser changes. */
  terminalModes(): { buffer: string; mouse: string; paste: boolean; cursor: boolean } {
    const { modes, buffer } = this.terminal;
    const cursor = this.raw.lastIndexOf('\x1b[?25h') > this.raw.lastIndexOf('\x1b[?25l');
    return {
      buffer: buffer.active.type,
      mouse: modes.mouseTrackingMode,
      paste: modes.bracketedPasteMode,
      cursor,
    };
  }

  async close(): Promise<void> {
    if (!this.exit) this.pty.kill('SIGKILL');
    await this.until(() => this.exit !== undefined, 'the exit');
    this.terminal.dispose();
  }
}

/** A program on a terminal of our own, decoded into cells. */

import xterm from '@xterm/headless';
import { requirePackage } from '../packages.js';

/** The part of node-pty's terminal that the tests use. */
interface Pty {
  readonly pid: number;
  onData(listener: (data: string) => void): unknown;
  onExit(listener: (exit: { exitCode: number; signal?: number }) => void): unknown;
  write(data: string): void;
  resize(columns: number, rows: number): void;
  kill(signal: string): void;
}

const { spawn }: { spawn(file: string, args: string[], options: object): Pty } = requirePackage('node-pty');

const CLEAN = [
  'CI',
  'NO_COLOR',
  'FORCE_COLOR',
  'TMUX',
  'INK_SCREEN_READER',
  'SSH_CONNECTION',
  'DISPLAY',
  'WAYLAND_DISPLAY',
];

/** Answers an environment in which a frame is always the same. */
export function environment(more: Record<string, string> = {}): Record<string, string> {
  const env: Record<string, string | undefined> = {
    ...process.env,
    TERM: 'xterm-256color',
    LANG: 'C.UTF-8',
    LC_ALL: '',
    TZ: 'UTC',
    XDG_CONFIG_HOME: '/nonexistent',
    XDG_STATE_HOME: '/nonexistent',
  };
  for (const name of CLEAN) delete env[name];
  return { ...(env as Record<string, string>), ...more };
}

export class OnTerminal {
  readonly pty: Pty;
  readonly terminal: xterm.Terminal;
  /** Everything that was written. */
  raw = '';
  exit: { exitCode: number; signal?: number | undefined } | undefined;
  #looking: (() => void)[] = [];

  constructor(args: string[], columns: number, rows: number, env: Record<string, string> = {}) {
    this.terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
    this.pty = spawn(process.execPath, args, {
      cols: columns,
      rows,
      env: environment(env),
      name: env.TERM ?? 'xterm-256color',
    });
    this.pty.onData((data) => {
      this.raw += data;
      this.terminal.write(data, () => this.#look());
    });
    this.pty.onExit((exit) => {
      this.exit = exit;
      this.terminal.write('', () => this.#look());
    });
  }

  #look(): void {
    for (const look of [...this.#looking]) look();
  }

  /** Answers when something is true of the screen, of what was written, or of the exit. */
  until(holds: () => boolean, what: string): Promise<void> {
    return new Promise((done, failed) => {
      const end = (work: () => void) => {
        clearTimeout(timer);
        this.#looking = this.#looking.filter((one) => one !== look);
        work();
      };
      const look = () => {
        if (holds()) end(done);
      };
      const timer = setTimeout(
        () => end(() => failed(new Error(`never: ${what}\n${this.rows().join('\n')}`))),
        8_000,
      );
      this.#looking.push(look);
      look();
    });
  }

  /** Answers when a text stands on the screen, and the frame that it came with is whole. */
  shows(text: string): Promise<void> {
    const whole = () => this.raw.lastIndexOf('\x1b[?2026l') > this.raw.lastIndexOf('\x1b[?2026h');
    return this.until(() => whole() && this.rows().join('\n').includes(text), text);
  }

  send(keys: string): void {
    this.pty.write(keys);
  }

  resize(columns: number, rows: number): void {
    this.terminal.resize(columns, rows);
    this.pty.resize(columns, rows);
  }

  /** Answers the rows of the screen, without spaces at their ends. */
  rows(): string[] {
    const { active } = this.terminal.buffer;
    return Array.from(
      { length: this.terminal.rows },
      (_, y) => active.getLine(active.baseY + y)?.translateToString(true) ?? '',
    );
  }

  /** Answers the rows with a second one under each that is not plain: what its cells look like. */
  painted(): string {
    const { active } = this.terminal.buffer;
    const out: string[] = [];
    for (let y = 0; y < this.terminal.rows; y++) {
      const line = active.getLine(active.baseY + y);
      let looks = '';
      for (let x = 0; x < this.terminal.cols; x++) {
        const cell = line?.getCell(x);
        if (!cell || cell.getWidth() === 0) continue;
        const colour = cell.isFgDefault() ? ' ' : String(cell.getFgColor() % 10);
        looks += cell.isInverse()
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
      if (looks.trim() !== '') out.push(`~${looks.trimEnd()}`);
    }
    return out.join('\n');
  }

  /** Answers whether the terminal is as it was before: main screen, cursor, no mouse, no paste marks. */
  sane(): { buffer: string; mouse: string; paste: boolean; cursor: boolean } {
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
    await this.until(() => this.exit !== undefined, 'its end');
    this.terminal.dispose();
  }
}

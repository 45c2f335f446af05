/** Terminal capabilities: the colours, characters, links and width that a stream shows, from flags, environment and the stream itself. */

/** How many colours a stream shows. */
export type ColourDepth = 'none' | '16' | '256' | 'truecolor';

export interface Capabilities {
  colour: ColourDepth;
  /** False where only ASCII is shown. */
  unicode: boolean;
  /** OSC 8 sequences are links and not text. */
  hyperlinks: boolean;
  /** Cells in a row; Infinity for a pipe or a file, whose lines are not cut. */
  width: number;
}

/** The part of process.stdout or process.stderr that matters here. */
export interface OutputStream {
  isTTY?: boolean | undefined;
  columns?: number | undefined;
}

/** `--no-color` and `--ascii`, where they were given. */
export interface LookFlags {
  color?: boolean | undefined;
  ascii?: boolean | undefined;
}

const PIPE_DRAWING_WIDTH = 120;

type Env = Record<string, string | undefined>;

/** Returns what a stream shows. A variable that is set to nothing counts as not set. */
export function capabilitiesOf(
  output: OutputStream,
  env: Env,
  { color, ascii }: LookFlags = {},
): Capabilities {
  const isTTY = output.isTTY === true;
  const { columns = 0 } = output;
  return {
    colour: color === false ? 'none' : colourOf(isTTY, env),
    unicode: !ascii && !(isTTY && hasAsciiLocale(env)),
    hyperlinks: isTTY && hasHyperlinks(env),
    width: isTTY && columns > 0 ? columns : Number.POSITIVE_INFINITY,
  };
}

/** Width of what has to be laid out in columns and bars: in a pipe, where rows have no end, that of a wide terminal. */
export function drawingWidth(width: number): number {
  return Number.isFinite(width) ? width : PIPE_DRAWING_WIDTH;
}

/** Checks whether a screen can be drawn: not in CI, whose log keeps every frame, nor for a screen reader, which reads lines. */
export function canDraw(input: OutputStream, output: OutputStream, env: Env): boolean {
  if (input.isTTY !== true || output.isTTY !== true || env.TERM === 'dumb') return false;
  return !isCI(env) && env.INK_SCREEN_READER !== 'true';
}

/** Checks whether the user has decided about colours in the environment, for every program that is started in it. */
export function hasColourChoice(env: Env): boolean {
  return Boolean(env.NO_COLOR || env.FORCE_COLOR || env.NODE_DISABLE_COLORS);
}

/** NO_COLOR wins over all else (no-color.org), FORCE_COLOR over NODE_DISABLE_COLORS (as in Node) and over what the stream is. */
function colourOf(isTTY: boolean, env: Env): ColourDepth {
  if (env.NO_COLOR) return 'none';
  if (env.FORCE_COLOR) return forcedDepth(env.FORCE_COLOR);
  if (env.NODE_DISABLE_COLORS || !isTTY || env.TERM === 'dumb') return 'none';
  if (env.COLORTERM === 'truecolor' || env.COLORTERM === '24bit') return 'truecolor';
  return /-256(?:color)?$/.test(env.TERM ?? '') ? '256' : '16';
}

/** The levels are those of Node and chalk; any other word asks for colours and does not say how many. */
function forcedDepth(level: string): ColourDepth {
  if (/^(?:0+|false)$/i.test(level)) return 'none';
  if (!/^\d+$/.test(level)) return '16';
  return Number(level) === 1 ? '16' : Number(level) === 2 ? '256' : 'truecolor';
}

function hasAsciiLocale(env: Env): boolean {
  return /^(?:C|POSIX)$/.test(env.LC_ALL || env.LC_CTYPE || env.LANG || '');
}

const LINKING_PROGRAMS = /^(?:iTerm\.app|WezTerm|vscode|ghostty|Hyper|rio)$/;
const LINKING_TERMS = /^(?:xterm-kitty|xterm-ghostty|alacritty|foot|wezterm)/;

/** A terminal that does not know OSC 8 may print the URL as text, so only those that do are written to. */
function hasHyperlinks(env: Env): boolean {
  if (env.TERM === 'dumb' || isCI(env)) return false;
  // VTE 0.50 was the first; tmux drops links unless it is told otherwise, and hides the terminal around it.
  if (env.TMUX || env.STY) return false;
  if (Number(env.VTE_VERSION) >= 5000 || env.WT_SESSION) return true;
  return LINKING_PROGRAMS.test(env.TERM_PROGRAM ?? '') || LINKING_TERMS.test(env.TERM ?? '');
}

function isCI(env: Env): boolean {
  return Boolean(env.CI) && env.CI !== 'false';
}

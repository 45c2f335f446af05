/**
 * Terminal capabilities of a stream: colours, characters, links and width, from flags, environment
 * and stream.
 */

/** Colours that a stream supports. */
export type ColourDepth = 'none' | '16' | '256' | 'truecolor';

/** Abilities of an output stream. */
export interface Capabilities {
  colour: ColourDepth;
  /** False where only ASCII may be printed. */
  unicode: boolean;
  /** True where OSC 8 sequences are shown as links. */
  hyperlinks: boolean;
  /** Cells of a row; Infinity for a pipe or a file, where lines are not cut. */
  width: number;
}

/** The properties of process.stdout or process.stderr that decide capabilities. */
export interface OutputStream {
  isTTY?: boolean | undefined;
  columns?: number | undefined;
}

/** Flags `--no-color` and `--ascii`; undefined where absent. */
export interface LookFlags {
  color?: boolean | undefined;
  ascii?: boolean | undefined;
}

const PIPE_WIDTH = 120;

type Env = Record<string, string | undefined>;

/** Capabilities of a stream. An empty environment variable counts as unset. */
export function capabilitiesOf(
  output: OutputStream,
  env: Env,
  { color, ascii }: LookFlags = {},
): Capabilities {
  const isTTY = output.isTTY === true;
  const { columns = 0 } = output;
  return {
    colour: color === false ? 'none' : colourDepth(isTTY, env),
    unicode: !ascii && !(isTTY && hasAsciiLocale(env)),
    hyperlinks: isTTY && hasHyperlinks(env),
    width: isTTY && columns > 0 ? columns : Number.POSITIVE_INFINITY,
  };
}

/** Width for columns and bars: in a pipe, where width is Infinity, that of a wide terminal. */
export function drawingWidth(width: number): number {
  return Number.isFinite(width) ? width : PIPE_WIDTH;
}

/**
 * True when a full screen can be drawn: not in CI, where logs keep each frame, nor for screen
 * readers, which read lines.
 */
export function canDrawScreen(input: OutputStream, output: OutputStream, env: Env): boolean {
  if (input.isTTY !== true || output.isTTY !== true || env.TERM === 'dumb') return false;
  return !isCI(env) && env.INK_SCREEN_READER !== 'true';
}

/** True when the environment has a colour setting, which all programs started in it follow. */
export function hasColourChoice(env: Env): boolean {
  return Boolean(env.NO_COLOR || env.FORCE_COLOR || env.NODE_DISABLE_COLORS);
}

/**
 * Precedence: NO_COLOR (no-color.org), then FORCE_COLOR, then NODE_DISABLE_COLORS (as in Node),
 * then the stream.
 */
function colourDepth(isTTY: boolean, env: Env): ColourDepth {
  if (env.NO_COLOR) return 'none';
  if (env.FORCE_COLOR) return parseForceColor(env.FORCE_COLOR);
  if (env.NODE_DISABLE_COLORS || !isTTY || env.TERM === 'dumb') return 'none';
  if (env.COLORTERM === 'truecolor' || env.COLORTERM === '24bit') return 'truecolor';
  return /-256(?:color)?$/.test(env.TERM ?? '') ? '256' : '16';
}

/** Levels as in Node and chalk; any other word means colours of unknown depth, so sixteen. */
function parseForceColor(level: string): ColourDepth {
  if (/^(?:0+|false)$/i.test(level)) return 'none';
  if (!/^\d+$/.test(level)) return '16';
  return Number(level) === 1 ? '16' : Number(level) === 2 ? '256' : 'truecolor';
}

function hasAsciiLocale(env: Env): boolean {
  return /^(?:C|POSIX)$/.test(env.LC_ALL || env.LC_CTYPE || env.LANG || '');
}

const HYPERLINK_PROGRAMS = /^(?:iTerm\.app|WezTerm|vscode|ghostty|Hyper|rio)$/;
const HYPERLINK_TERMS = /^(?:xterm-kitty|xterm-ghostty|alacritty|foot|wezterm)/;

/**
 * Only terminals with known support count: others may print the URL of an OSC 8 sequence as text.
 */
function hasHyperlinks(env: Env): boolean {
  if (env.TERM === 'dumb' || isCI(env)) return false;
  // tmux drops links unless configured otherwise, and hides the terminal around it. VTE has links
  // since 0.50.
  if (env.TMUX || env.STY) return false;
  if (Number(env.VTE_VERSION) >= 5000 || env.WT_SESSION) return true;
  return HYPERLINK_PROGRAMS.test(env.TERM_PROGRAM ?? '') || HYPERLINK_TERMS.test(env.TERM ?? '');
}

function isCI(env: Env): boolean {
  return Boolean(env.CI) && env.CI !== 'false';
}

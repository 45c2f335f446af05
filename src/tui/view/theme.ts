/** Theme: SGR codes by role, of the terminal's sixteen colours, which suit light and dark. */

import { KIND_COLOURS } from '../../domain/span-kinds.js';
import { cellWidth, cutLine, type Line } from '../../terminal/cells.js';
import { cursorToColumn, isUnsureWidth } from '../ink/painted.js';

/** SGR parameters by role, where a role names a text's meaning. */
export const ROLES: Record<string, string> = {
  dim: '2',
  bold: '1',
  head: '2',
  title: '1',
  accent: '36',
  ok: '32',
  warn: '33',
  error: '31',
  key: '36;1',
  chip: '7',
  alarm: '31;7',
  match: '7;33',
  selected: '7',
  border: '2',
  focus: '36',
  keyword: '34;1',
  string: '32',
  number: '35',
  comment: '2',
  ...KIND_COLOURS,
  added: '32',
  removed: '31',
};

/** Roles of SGR codes in the app's own output, by their number. */
const APP_OUTPUT_ROLES = Object.fromEntries(
  [
    1,
    2,
    3,
    4,
    7,
    9,
    ...[30, 40, 90, 100].flatMap((from) => Array.from({ length: 8 }, (_, n) => from + n)),
  ].map((code) => [`sgr${code}`, String(code)]),
);

export interface Theme {
  roles: Record<string, string>;
  /** Replaces line and block characters with ASCII. */
  ascii: boolean;
}

/** SGR codes that are kept without colour: bold, dim, underline, inverse. */
const COLOURLESS_CODES = new Set(['1', '2', '4', '7']);

/** Theme with the user's roles over the defaults; `colour: false` keeps only colourless codes. */
export function themeOf(options: { colour: boolean; ascii: boolean; roles?: Record<string, string> }): Theme {
  const roles: Record<string, string> = { ...APP_OUTPUT_ROLES, ...ROLES, ...options.roles };
  if (!options.colour) {
    for (const role of Object.keys(roles)) {
      roles[role] = roles[role]!.split(';')
        .filter((code) => COLOURLESS_CODES.has(code))
        .join(';');
    }
  }
  return { roles, ascii: options.ascii };
}

const ASCII_FOR: Record<string, string> = {
  '▌': '>',
  '│': '|',
  '─': '-',
  '▏': '|',
  '░': '.',
  '▒': ':',
  '▓': '%',
  '▚': '/',
  '●': '*',
  '○': 'o',
  '…': '.',
  '↑': '^',
  '↓': 'v',
  '→': '>',
  '←': '<',
  '↵': '<',
  '·': '.',
  '×': 'x',
  '✓': '+',
  '✗': 'x',
  '▁': '.',
  '▂': '.',
  '▃': '-',
  '▄': '-',
  '▅': '=',
  '▆': '=',
  '▇': '#',
  '█': '#',
  '▎': '|',
  '▍': '|',
  '▋': '#',
  '▊': '#',
  '▉': '#',
};
/** An ellipsis with the two cells before it, or with the spaces around it. */
const ELLIPSIS = /[!-~]{2}…| {2}…| … /g;
const DRAWN_GLYPHS = /[┌┐└┘├┤┬┴┼╭╮╯╰]|[▌│─▏░▒▓▚●○…↑↓←→↵·×✓✗▁▂▃▄▅▆▇█▎▍▋▊▉]/g;

/** Text of the same width with the browser's glyphs replaced by ASCII. */
export function asciiOf(text: string): string {
  // Three dots take the place of two more cells: of what is cut, or of spaces.
  const dotted = text.replace(ELLIPSIS, '...').replace(/ …$/, '..');
  return dotted.replace(DRAWN_GLYPHS, (glyph) => ASCII_FOR[glyph] ?? '+');
}

/** Line as text with SGR codes, cut at `cells`; role `base` colours and pads the whole row. */
export function paintLine(line: Line, cells: number, theme: Theme, base = '', x = 0): string {
  const segments = cutLine(line, cells);
  let out = '';
  let column = x;
  let isCursorSure = true;
  for (const segment of segments) {
    const text = typeof segment === 'string' ? segment : segment[0];
    if (text === '') continue;
    const drawn = theme.ascii ? asciiOf(text) : text;
    // A row with a base has no other colours: under inverse (the selection) they would be stripes.
    const roles = base === '' && typeof segment !== 'string' ? segment.slice(1) : [];
    const codes = roles.map((role) => theme.roles[role] ?? '').filter((code) => code !== '');
    // Terminals disagree on the width of some characters, so that the next text is positioned.
    if (!isCursorSure) out += cursorToColumn(column);
    out += codes.length > 0 ? `\x1b[${codes.join(';')}m${drawn}\x1b[0m` : drawn;
    isCursorSure = !isUnsureWidth(text);
    column += cellWidth(text);
  }
  const code = base === '' ? '' : (theme.roles[base] ?? '');
  if (code === '') return out;
  const rest = ' '.repeat(Math.max(0, cells - (column - x)));
  return `\x1b[${code}m${out}${isCursorSure ? '' : cursorToColumn(column)}${rest}\x1b[0m`;
}

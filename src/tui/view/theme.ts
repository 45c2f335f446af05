/** Roles and what they look like: the terminal's own sixteen colours, so that light and dark both work. */

import { KIND_COLOURS } from '../../domain/span-kinds.js';
import { cellWidth, cutLine, type Line } from '../../terminal/cells.js';
import { cursorToColumn, isUnsureWidth } from '../ink/painted.js';

/** What a piece of text is, never how it looks. */
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

/** What other programs colour their output with, by the number that sets it. */
const PRINTED = Object.fromEntries(
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
  /** Draws with ASCII only. */
  ascii: boolean;
}

const NO_COLOUR = new Set(['1', '2', '4', '7']);

/** Answers a theme: the user's roles over ours; without colour only bold, dim, underline and inverse stay. */
export function themeOf(options: { colour: boolean; ascii: boolean; roles?: Record<string, string> }): Theme {
  const roles: Record<string, string> = { ...PRINTED, ...ROLES, ...options.roles };
  if (!options.colour) {
    for (const role of Object.keys(roles)) {
      roles[role] = roles[role]!.split(';')
        .filter((code) => NO_COLOUR.has(code))
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
  '●': '*',
  '○': 'o',
  '…': '.',
  '↑': '^',
  '↓': 'v',
  '→': '>',
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
const DRAWN = /[┌┐└┘├┤┬┴┼╭╮╯╰]|[▌│─▏░●○…↑↓→↵·×✓✗▁▂▃▄▅▆▇█▎▍▋▊▉]/g;

/** Answers a text with our own glyphs written in ASCII. */
export function asciiOf(text: string): string {
  return text.replace(DRAWN, (glyph) => ASCII_FOR[glyph] ?? '+');
}

/** Answers the characters of a line of at most that many cells, with their colours; `base` fills up to the full width. */
export function paintLine(line: Line, cells: number, theme: Theme, base = '', x = 0): string {
  const held = cutLine(line, cells);
  let out = '';
  let at = x;
  let sure = true;
  for (const segment of held) {
    const text = typeof segment === 'string' ? segment : segment[0];
    if (text === '') continue;
    const shown = theme.ascii ? asciiOf(text) : text;
    // A selected row is inverse as a whole: colours under inverse turn into stripes.
    const roles = base === '' && typeof segment !== 'string' ? segment.slice(1) : [];
    const codes = roles.map((role) => theme.roles[role] ?? '').filter((code) => code !== '');
    // Terminals measure some characters differently; what follows them is put where it belongs.
    if (!sure) out += cursorToColumn(at);
    out += codes.length > 0 ? `\x1b[${codes.join(';')}m${shown}\x1b[0m` : shown;
    sure = !isUnsureWidth(text);
    at += cellWidth(text);
  }
  const code = base === '' ? '' : (theme.roles[base] ?? '');
  if (code === '') return out;
  const rest = ' '.repeat(Math.max(0, cells - (at - x)));
  return `\x1b[${code}m${out}${sure ? '' : cursorToColumn(at)}${rest}\x1b[0m`;
}

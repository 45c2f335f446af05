/** Names the keys of terminal input as Ink reports it: `j`, `ctrl+d`, `enter`, `up`. */

import type { Key } from 'ink';
import { graphemes } from '../../terminal/cells.js';

const NAMED_KEYS: [keyof Key, string][] = [
  ['upArrow', 'up'],
  ['downArrow', 'down'],
  ['leftArrow', 'left'],
  ['rightArrow', 'right'],
  ['pageUp', 'pageup'],
  ['pageDown', 'pagedown'],
  ['home', 'home'],
  ['end', 'end'],
  ['return', 'enter'],
  ['escape', 'esc'],
  ['backspace', 'backspace'],
  ['delete', 'delete'],
];

/** Sequences of F1 by terminal, without the escape that Ink removes. */
const F1_SEQUENCES = new Set(['OP', '[11~', '[[A']);

/** Mouse report of the SGR encoding (mode 1006); column and row are counted from 0. */
export interface MouseReport {
  button: number;
  column: number;
  row: number;
  press: boolean;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape that starts a report
const MOUSE_REPORT = /^\x1b?\[<(\d+);(\d+);(\d+)([Mm])$/;

/** Parses an SGR mouse report; undefined for other input. */
export function mouseReport(input: string): MouseReport | undefined {
  const match = MOUSE_REPORT.exec(input);
  if (!match) return undefined;
  return {
    button: Number(match[1]),
    column: Number(match[2]) - 1,
    row: Number(match[3]) - 1,
    press: match[4] === 'M',
  };
}

/** Key names of one input, in order; several keys read at once arrive as one string. */
export function keyNames(input: string, key: Key): string[] {
  if (key.tab) return [key.shift ? 'shift+tab' : 'tab'];
  for (const [flag, name] of NAMED_KEYS) if (key[flag]) return [name];
  if (F1_SEQUENCES.has(input)) return ['f1'];
  if (key.ctrl && input.length === 1) return [`ctrl+${input}`];
  if (input === '' || /^\[[\d;<?]*[A-Za-z~]$/.test(input)) return [];
  return graphemes(input).map((char) => {
    if (char === '\r' || char === '\n') return 'enter';
    if (char === '\t') return 'tab';
    return char === ' ' ? 'space' : char;
  });
}

/** Text that a key inserts; undefined for keys without a character. */
export function typedText(key: string): string | undefined {
  if (key === 'space') return ' ';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control bytes insert nothing
  return graphemes(key).length === 1 && !/^[\x00-\x1f\x7f]$/.test(key) ? key : undefined;
}

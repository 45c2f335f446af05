/** What the terminal sent, as names of keys: `j`, `ctrl+d`, `enter`, `up`. */

import type { Key } from 'ink';
import { graphemes } from '../../terminal/cells.js';

const NAMED: [keyof Key, string][] = [
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

// What terminals send for F1, after Ink took the escape off.
const F1 = new Set(['OP', '[11~', '[[A']);

/** A mouse report of the SGR kind: the button, and the cell counted from 0. */
export interface MouseReport {
  button: number;
  column: number;
  row: number;
  press: boolean;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape that starts a report
const MOUSE = /^\x1b?\[<(\d+);(\d+);(\d+)([Mm])$/;

/** Answers the mouse report in an input, if it is one. */
export function mouseReport(input: string): MouseReport | undefined {
  const match = MOUSE.exec(input);
  if (!match) return undefined;
  return {
    button: Number(match[1]),
    column: Number(match[2]) - 1,
    row: Number(match[3]) - 1,
    press: match[4] === 'M',
  };
}

/** Answers the keys of one input, in order: several that came in one read arrive as one text. */
export function keyNames(input: string, key: Key): string[] {
  if (key.tab) return [key.shift ? 'shift+tab' : 'tab'];
  for (const [name, called] of NAMED) if (key[name]) return [called];
  if (F1.has(input)) return ['f1'];
  if (key.ctrl && input.length === 1) return [`ctrl+${input}`];
  if (input === '' || /^\[[\d;<?]*[A-Za-z~]$/.test(input)) return [];
  return graphemes(input).map((char) => {
    if (char === '\r' || char === '\n') return 'enter';
    if (char === '\t') return 'tab';
    return char === ' ' ? 'space' : char;
  });
}

/** Answers the text that a key types; undefined when it types none. */
export function typedText(key: string): string | undefined {
  if (key === 'space') return ' ';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a control byte types nothing
  return graphemes(key).length === 1 && !/^[\x00-\x1f\x7f]$/.test(key) ? key : undefined;
}

/** Text measured and cut in terminal cells, as Ink measures it. */

import { escapeControls, escapeToOneLine } from '../domain/text.js';
import { clusters, clusterWidth } from './width.js';

/** A piece of text and the roles it is painted with. */
export type Segment = string | readonly [text: string, ...roles: string[]];
/** One row of the screen. */
export type Line = readonly Segment[];

const ASCII = /^[\x20-\x7e]*$/;
// What is drawn with is one cell wide everywhere.
const GLYPHS = /^[\x20-\x7e─-▟●○…·×↑↓←→↵✓]*$/;
const KEPT = 4096;
const widths = new Map<string, number>();

/** Answers how many cells a text takes. */
export function cellWidth(text: string): number {
  if (ASCII.test(text)) return text.length;
  let known = widths.get(text);
  if (known === undefined) {
    if (widths.size >= KEPT) widths.clear();
    known = GLYPHS.test(text) ? text.length : clusters(text).reduce((sum, one) => sum + clusterWidth(one), 0);
    widths.set(text, known);
  }
  return known;
}

/** Answers the text of a segment. */
export function segmentText(segment: Segment): string {
  return typeof segment === 'string' ? segment : segment[0];
}

/** Answers the plain text of a line. */
export function lineText(line: Line): string {
  return line.map(segmentText).join('');
}

/** Answers how many cells a line takes. */
export function lineWidth(line: Line): number {
  return line.reduce((sum, segment) => sum + cellWidth(segmentText(segment)), 0);
}

/** Answers a text as its user-perceived characters. */
export function characters(text: string): string[] {
  if (ASCII.test(text)) return [...text];
  return clusters(text);
}

function take(chars: string[], cells: number): string {
  let used = 0;
  let taken = '';
  for (const char of chars) {
    used += cellWidth(char);
    if (used > cells) break;
    taken += char;
  }
  return taken;
}

/** Answers at most that many cells of a text, ending in `…` where something was cut off. */
export function cutText(text: string, cells: number): string {
  if (cells <= 0) return '';
  if (cellWidth(text) <= cells) return text;
  if (ASCII.test(text)) return `${text.slice(0, cells - 1)}…`;
  return `${take(characters(text), cells - 1)}…`;
}

/** Answers at most that many cells of a text, cut in its middle: both ends of a path tell. */
export function cutMiddle(text: string, cells: number): string {
  if (cells <= 0) return '';
  if (cellWidth(text) <= cells) return text;
  const chars = characters(text);
  const head = take(chars, Math.ceil((cells - 1) / 2));
  const tail = take(chars.reverse(), cells - 1 - cellWidth(head));
  return `${head}…${characters(tail).reverse().join('')}`;
}

/** Answers a text of exactly that many cells, cut or filled with spaces. */
export function fitText(text: string, cells: number, align: 'left' | 'right' = 'left'): string {
  if (cells <= 0) return '';
  const held = cutText(text, cells);
  const gap = ' '.repeat(Math.max(0, cells - cellWidth(held)));
  return align === 'left' ? held + gap : gap + held;
}

/** Answers a line cut to at most that many cells. */
export function cutLine(line: Line, cells: number): Line {
  let left = cells;
  const out: Segment[] = [];
  for (const [index, segment] of line.entries()) {
    const text = segmentText(segment);
    const size = cellWidth(text);
    const last = index === line.length - 1;
    if (size < left || (size === left && (last || lineWidth(line.slice(index + 1)) === 0))) {
      out.push(segment);
      left -= size;
      continue;
    }
    const held = cutText(size <= left ? `${text} ` : text, left);
    out.push(typeof segment === 'string' ? held : [held, ...segment.slice(1)]);
    break;
  }
  return out;
}

/** Answers how many characters from `at` on go on a row of that many cells: whole words of them, where it can be. */
function rowOf(chars: { char: string }[], at: number, cells: number): number {
  let used = 0;
  let word = 0;
  let begun = false;
  for (let index = 0; at + index < chars.length; index++) {
    const { char } = chars[at + index]!;
    used += cellWidth(char);
    if (used > cells && !(char === ' ' && begun)) return Math.max(1, word || index);
    if (char === ' ' && begun) word = index + 1;
    begun ||= char !== ' ';
  }
  return chars.length - at;
}

/** Answers a line broken into several of at most that many cells, the later ones indented; between words where it can be. */
export function wrapLine(line: Line, cells: number, indent = 2): Line[] {
  if (lineWidth(line) <= cells) return [line];
  const chars = line.flatMap((segment, from) =>
    characters(segmentText(segment)).map((char) => ({ char, from })),
  );
  const out: Segment[][] = [];
  // A wide character has to fit beside it.
  const indented = Math.max(0, Math.min(indent, cells - 2));
  for (let at = 0; at < chars.length; ) {
    const first = out.length === 0;
    const room = first ? cells : cells - indented;
    const held = chars.slice(at, at + rowOf(chars, at, room));
    at += held.length;
    // The space at which a row ends is not drawn, nor are those that do not fit.
    if (at < chars.length && held.at(-1)?.char === ' ') held.pop();
    let over = held.reduce((sum, { char }) => sum + cellWidth(char), -room);
    while (over-- > 0 && held.at(-1)?.char === ' ') held.pop();
    out.push([...(first ? [] : [' '.repeat(indented)]), ...joined(held, line)]);
  }
  return out;
}

/** Answers characters as segments, each with the roles of the one that it came from. */
function joined(chars: { char: string; from: number }[], line: Line): Segment[] {
  const texts = new Map<number, string>();
  for (const { char, from } of chars) texts.set(from, (texts.get(from) ?? '') + char);
  return [...texts].map(([from, text]) => {
    const segment = line[from]!;
    return typeof segment === 'string' ? text : [text, ...segment.slice(1)];
  });
}

// Terminals disagree about the width of a character with one of these, so it is shown without.
const UNSURE = /[\ufe0e\ufe0f]|[\u{1f3fb}-\u{1f3ff}]/gu;

/** The text without characters that take one cell in some terminals and two in others. */
export function steady(text: string): string {
  return text.replace(UNSURE, '');
}

/** Answers recorded text safe for one row: one line, nothing that steers a terminal, no character of unsure width. */
export function cleanText(text: string): string {
  return ASCII.test(text) ? text : steady(escapeToOneLine(text));
}

/** Answers recorded text as safe lines, tabs as spaces. */
export function cleanLines(text: string): string[] {
  return steady(escapeControls(text.replace(/\r\n/g, '\n')))
    .replace(/\t/g, '  ')
    .split('\n');
}

/** Text measured, cut and wrapped in terminal cells, with the widths that Ink uses. */

import { escapeControls, escapeToOneLine } from '../domain/text.js';
import { graphemeWidth, segmentGraphemes } from './width.js';

/** Piece of text and its colour roles. */
export type Segment = string | readonly [text: string, ...roles: string[]];
/** One row of text. */
export type Line = readonly Segment[];

const ASCII = /^[\x20-\x7e]*$/;
// ASCII and scooby's own drawing characters are one cell wide in all terminals.
const GLYPHS = /^[\x20-\x7e─-▟●○…·×↑↓←→↵✓]*$/;
const MAX_WIDTHS = 4096;
/** Characters of a text whose width is remembered: longer ones are seldom drawn twice. */
const MAX_REMEMBERED = 512;
/** UTF-16 units that are examined for a cell: more are combining marks without end, not text. */
const UNITS_PER_CELL = 16;
const widths = new Map<string, number>();

/** Width of a text in cells. */
export function cellWidth(text: string): number {
  if (ASCII.test(text)) return text.length;
  if (text.length > MAX_REMEMBERED) return measureCells(text);
  let width = widths.get(text);
  if (width === undefined) {
    if (widths.size >= MAX_WIDTHS) widths.clear();
    width = measureCells(text);
    widths.set(text, width);
  }
  return width;
}

function measureCells(text: string): number {
  if (GLYPHS.test(text)) return text.length;
  return segmentGraphemes(text).reduce((sum, cluster) => sum + graphemeWidth(cluster), 0);
}

/**
 * Beginning of a text that holds whatever is drawn of it in `cells` cells, and at least a character
 * more: a statement of megabytes is neither measured nor segmented as a whole.
 */
function drawnHead(text: string, cells: number): string {
  const units = (cells + 1) * UNITS_PER_CELL;
  return text.length > units ? text.slice(0, units) : text;
}

/** True for a text of at most `cells` cells. */
export function fitsCells(text: string, cells: number): boolean {
  const head = drawnHead(text, cells);
  return head.length === text.length && cellWidth(text) <= cells;
}

/** True for a line of at most `cells` cells. */
export function lineFits(line: Line, cells: number): boolean {
  let used = 0;
  return line.every((segment) => {
    const text = segmentText(segment);
    if (!fitsCells(text, cells - used)) return false;
    used += cellWidth(text);
    return true;
  });
}

export function segmentText(segment: Segment): string {
  return typeof segment === 'string' ? segment : segment[0];
}

/** Plain text of a line. */
export function lineText(line: Line): string {
  return line.map(segmentText).join('');
}

/** Width of a line in cells. */
export function lineWidth(line: Line): number {
  return line.reduce((sum, segment) => sum + cellWidth(segmentText(segment)), 0);
}

/** Grapheme clusters of a text, its user-perceived characters. */
export function graphemes(text: string): string[] {
  if (ASCII.test(text)) return [...text];
  return segmentGraphemes(text);
}

function takeCells(chars: readonly string[], cells: number): string[] {
  let used = 0;
  const taken: string[] = [];
  for (const char of chars) {
    used += cellWidth(char);
    if (used > cells) break;
    taken.push(char);
  }
  return taken;
}

/** Text of at most `cells` cells, ending in `…` where it was cut. */
export function cutText(text: string, cells: number): string {
  if (cells <= 0) return '';
  if (fitsCells(text, cells)) return text;
  return `${takeCells(graphemes(drawnHead(text, cells)), cells - 1).join('')}…`;
}

/** Text of at most `cells` cells, cut in the middle: both ends of a path are informative. */
export function cutMiddle(text: string, cells: number): string {
  if (cells <= 0) return '';
  if (fitsCells(text, cells)) return text;
  const head = takeCells(graphemes(drawnHead(text, cells)), Math.ceil((cells - 1) / 2)).join('');
  const end = graphemes(text.slice(-(cells + 1) * UNITS_PER_CELL));
  const tail = takeCells(end.reverse(), cells - 1 - cellWidth(head));
  return `${head}…${tail.reverse().join('')}`;
}

/** Text of exactly `cells` cells, cut or padded with spaces. */
export function fitText(text: string, cells: number, align: 'left' | 'right' = 'left'): string {
  if (cells <= 0) return '';
  const cut = cutText(text, cells);
  const gap = ' '.repeat(Math.max(0, cells - cellWidth(cut)));
  return align === 'left' ? cut + gap : gap + cut;
}

/** Line of at most `cells` cells, ending in `…` where it was cut. */
export function cutLine(line: Line, cells: number): Line {
  let remaining = cells;
  const segments: Segment[] = [];
  for (const [index, segment] of line.entries()) {
    const text = segmentText(segment);
    const size = fitsCells(text, remaining) ? cellWidth(text) : Number.POSITIVE_INFINITY;
    if (size < remaining || (size === remaining && lineFits(line.slice(index + 1), 0))) {
      segments.push(segment);
      remaining -= size;
      continue;
    }
    const cut = cutText(size <= remaining ? `${text} ` : text, remaining);
    segments.push(typeof segment === 'string' ? cut : [cut, ...segment.slice(1)]);
    break;
  }
  return segments;
}

/**
 * Number of graphemes from `at` that fit into a row of `cells` cells, in whole words where
 * possible.
 */
function rowLength(chars: { char: string }[], at: number, cells: number): number {
  let used = 0;
  let wordEnd = 0;
  let hasText = false;
  for (let index = 0; at + index < chars.length; index++) {
    const { char } = chars[at + index]!;
    used += cellWidth(char);
    if (used > cells && !(char === ' ' && hasText)) return Math.max(1, wordEnd || index);
    if (char === ' ' && hasText) wordEnd = index + 1;
    hasText ||= char !== ' ';
  }
  return chars.length - at;
}

/**
 * Line wrapped into rows of at most `cells` cells, between words where possible; later rows are
 * indented.
 */
export function wrapLine(line: Line, cells: number, indent = 2): Line[] {
  if (lineFits(line, cells)) return [line];
  const chars = line.flatMap((segment, from) =>
    graphemes(segmentText(segment)).map((char) => ({ char, from })),
  );
  const rows: Segment[][] = [];
  // Beside the indent there must be room for a character of two cells.
  const indentWidth = Math.max(0, Math.min(indent, cells - 2));
  for (let at = 0; at < chars.length; ) {
    const isFirst = rows.length === 0;
    const maxWidth = isFirst ? cells : cells - indentWidth;
    const row = chars.slice(at, at + rowLength(chars, at, maxWidth));
    at += row.length;
    // The space at a row's end is not drawn, nor are spaces beyond the width.
    if (at < chars.length && row.at(-1)?.char === ' ') row.pop();
    let excess = row.reduce((sum, { char }) => sum + cellWidth(char), -maxWidth);
    while (excess-- > 0 && row.at(-1)?.char === ' ') row.pop();
    rows.push([...(isFirst ? [] : [' '.repeat(indentWidth)]), ...joinSegments(row, line)]);
  }
  return rows;
}

/** Segments of graphemes, each with the roles of its original segment. */
function joinSegments(chars: { char: string; from: number }[], line: Line): Segment[] {
  const texts = new Map<number, string>();
  for (const { char, from } of chars) texts.set(from, (texts.get(from) ?? '') + char);
  return [...texts].map(([from, text]) => {
    const segment = line[from]!;
    return typeof segment === 'string' ? text : [text, ...segment.slice(1)];
  });
}

// Variation selectors and skin tones: terminals disagree about the width of a character with them.
const UNSURE_WIDTH = /[\ufe0e\ufe0f]|[\u{1f3fb}-\u{1f3ff}]/gu;

/** Text without characters that take one cell in some terminals and two in others. */
export function stripUnsureWidths(text: string): string {
  return text.replace(UNSURE_WIDTH, '');
}

/**
 * Recorded text safe for one row: no line breaks, control characters or characters of unsure width.
 */
export function cleanText(text: string): string {
  return ASCII.test(text) ? text : stripUnsureWidths(escapeToOneLine(text));
}

/** Recorded text as lines safe for a terminal, tabs as two spaces. */
export function cleanLines(text: string): string[] {
  return stripUnsureWidths(escapeControls(text.replace(/\r\n/g, '\n')))
    .replace(/\t/g, '  ')
    .split('\n');
}

/** Text on a screen: cut, broken and printed, never wider than asked, and nothing that steers the terminal. */

import { deepStrictEqual, ok } from 'node:assert/strict';
import fc from 'fast-check';
import { test } from 'tap';
import { escapeControls, escapeToOneLine, formatMs, terminalSafeJson } from '../../src/domain/text.js';
import { type AnsiRow, AnsiRowParser } from '../../src/terminal/ansi-rows.js';
import * as cells from '../../src/terminal/cells.js';
import { OutputLog } from '../../src/terminal/output-log.js';
import { anyText, holds, someCuts } from '../property.js';

const odd = fc.constantFrom(
  ...[
    '日',
    '本',
    'e\u0301',
    '👍',
    '👨‍👩‍👧',
    '🇩🇪',
    '❤\ufe0f',
    '1\ufe0f\u20e3',
    'ｶﾞ',
    'नि',
    '\u200b',
    '\u00ad',
    '…',
    '─',
    ' ',
    ' ',
    '  ',
    'word',
    'a',
  ],
);
const aText = fc.oneof(
  anyText(),
  fc.array(odd).map((parts) => parts.join('')),
  fc.array(fc.oneof(odd, anyText(3))).map((parts) => parts.join('')),
);
/** As everything is that is drawn. */
const cleanText = aText.map(cells.cleanText);
const size = fc.oneof(fc.nat({ max: 12 }), fc.integer({ min: -2, max: 80 }));
const aLine: fc.Arbitrary<cells.Line> = fc.array(
  fc.oneof(
    cleanText,
    fc.tuple(cleanText, fc.constantFrom('dim', 'accent')).map((pair) => pair as cells.Segment),
  ),
  { maxLength: 5 },
);

/** Whether a text consists of whole characters of another one, from its start or from its end. */
const isPart = (part: string, whole: string, from: 'start' | 'end') => {
  const [few, all] = [cells.graphemes(part), cells.graphemes(whole)];
  const same = from === 'start' ? all.slice(0, few.length) : all.slice(all.length - few.length);
  return few.join('|') === same.join('|');
};

test('a text that is cut is never wider than asked, and no character is split', () =>
  holds(
    fc.property(cleanText, size, (text, size) => {
      const most = Math.max(0, size);
      const cut = cells.cutText(text, size);
      const middle = cells.cutMiddle(text, size);
      for (const shown of [cut, middle]) ok(cells.cellWidth(shown) <= most, JSON.stringify([shown, most]));
      if (cells.cellWidth(text) <= most)
        deepStrictEqual(
          [cut, middle],
          [text, text].map((one) => (most > 0 ? one : '')),
        );
      else if (most > 0) {
        ok(cut.endsWith('…') && isPart(cut.slice(0, -1), text, 'start'), JSON.stringify(cut));
        // The text may have some of its own.
        ok(
          [...middle.matchAll(/…/g)].some(
            ({ index }) =>
              isPart(middle.slice(0, index), text, 'start') && isPart(middle.slice(index + 1), text, 'end'),
          ),
          JSON.stringify(middle),
        );
      }
      for (const align of ['left', 'right'] as const)
        deepStrictEqual(cells.cellWidth(cells.fitText(text, size, align)), most);
    }),
    1000,
  ));

test('a line that is cut is never wider than asked, and begins as the line does', () =>
  holds(
    fc.property(aLine, fc.nat({ max: 60 }), (line, most) => {
      const cut = cells.cutLine(line, most);
      ok(cells.lineWidth(cut) <= most, JSON.stringify(cut));
      if (cells.lineWidth(line) <= most) deepStrictEqual(cells.lineText(cut), cells.lineText(line));
    }),
    600,
  ));

/** Whether a row is as narrow as asked; a lone character may be wider (日 with marks that take room), and is not split. */
const fits = (row: cells.Line, most: number) =>
  cells.lineWidth(row) <= most || cells.graphemes(cells.lineText(row).trimStart()).length === 1;

test('a line that is broken into rows keeps all but the spaces at which it breaks', () =>
  holds(
    fc.property(aLine, fc.integer({ min: 4, max: 60 }), fc.nat({ max: 3 }), (line, most, indent) => {
      const rows = cells.wrapLine(line, most, indent);
      for (const row of rows) ok(fits(row, most), JSON.stringify(row));
      const solid = (text: string) => text.replaceAll(' ', '');
      deepStrictEqual(solid(rows.map(cells.lineText).join('')), solid(cells.lineText(line)));
    }),
    600,
  ));

// biome-ignore lint/suspicious/noControlCharactersInRegex: what is not to be there
const STEERS = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/;

test('recorded text steers no terminal, in whichever way it is written', () =>
  holds(
    fc.property(anyText(), (text) => {
      for (const shown of [
        escapeControls(text),
        escapeToOneLine(text),
        cells.cleanText(text),
        terminalSafeJson(text),
        ...cells.cleanLines(text),
      ]) {
        ok(!STEERS.test(shown) && isWellFormed(shown), JSON.stringify(shown));
      }
      deepStrictEqual(escapeControls(escapeControls(text)), escapeControls(text));
      ok(!/[\n\t]/.test(escapeToOneLine(text) + cells.cleanText(text)));
      deepStrictEqual(JSON.parse(terminalSafeJson([text])), [text]);
    }),
    600,
  ));

test('a time is never written as a larger unit than the one before it', () =>
  holds(
    fc.property(fc.double({ min: 0, max: 1e9, noNaN: true }), (value) => {
      const shown = formatMs(value);
      const [, number, unit] = /^([\d.]+)(ms|s|m|h)/.exec(shown)!;
      const limit = { ms: 1000, s: 60, m: 60, h: 1e9 }[unit as 'ms'];
      ok(Number(number) < limit, `${value}: ${shown}`);
    }),
    600,
  ));

// Strings know this by themselves from Node 20 on, TypeScript from ES2024 on.
const wellFormed = (text: string) => Buffer.from(text).toString();
const isWellFormed = (text: string) => wellFormed(text) === text;

const sequence = fc.oneof(
  fc
    .array(fc.oneof(fc.nat({ max: 120 }), fc.constantFrom('38;5;208', '38;2;1;200;3', '48;5;7', '')))
    .map((codes) => `\x1b[${codes.join(';')}m`),
  fc.constantFrom(
    '\x1b[2K',
    '\x1b[1G',
    '\x1b[3;4H',
    '\x1b[?25l',
    '\x1b]0;title\x07',
    '\x1b]8;;http://a\x1b\\',
    '\x1bP1;2q\x1b\\',
    '\x1b(B',
    '\x1b7',
    '\x1bM',
    '\x1b[',
    '\x1b',
    '\x1b]x',
  ),
  fc.constantFrom('\r\n', '\n', '\r', '\t', '\n\n'),
);
const output = fc
  .array(
    fc.oneof(
      sequence,
      odd,
      anyText(8).map((text) => wellFormed(text)),
    ),
  )
  .map((parts) => parts.join(''));

/** Each character with its look, as neighbours may be one piece or two. */
function looks(row: AnsiRow): string[] {
  return row.flatMap((segment) => {
    const [text, ...roles] = typeof segment === 'string' ? [segment] : segment;
    return [...text].map((char) => [char, ...roles].join(' '));
  });
}

/** The text cut anywhere but inside of a code point, which a decoder never does. */
const cutText = (text: string, cuts: number[]) => {
  const chars = [...text];
  const ends = [...cuts.map((cut) => cut % (chars.length + 1)), chars.length].sort((a, b) => a - b);
  return ends.map((end, i) => chars.slice(i === 0 ? 0 : ends[i - 1], end).join(''));
};

test('what a program prints gives the same rows, in whichever pieces it comes', () =>
  holds(
    fc.property(output, someCuts, (text, cuts) => {
      const whole = new AnsiRowParser();
      const cut = new AnsiRowParser();
      const rows = [...whole.write(`${text}\n`), whole.open].map(looks);
      const others = cutText(`${text}\n`, cuts).flatMap((piece) => cut.write(piece));
      deepStrictEqual([...others, cut.open].map(looks), rows);
      for (const row of rows) ok(!row.some((char) => char.includes('\x1b')));
    }),
    600,
  ));

test('the rows of the output are never wider than asked, and all of them are there', () =>
  holds(
    fc.property(
      output,
      someCuts,
      fc.integer({ min: 4, max: 40 }),
      fc.integer({ min: 4, max: 40 }),
      (text, cuts, a, b) => {
        const log = new OutputLog();
        const early = new OutputLog();
        early.wrappedRows(a);
        log.write(text, 'out');
        for (const piece of cutText(text, cuts)) {
          early.write(piece, 'out');
          early.wrappedRows(b);
        }
        for (const width of [a, b]) {
          const { rows } = log.wrappedRows(width);
          for (const row of rows) ok(fits(row, width), JSON.stringify(row));
          deepStrictEqual(early.wrappedRows(width).rows.map(cells.lineText), rows.map(cells.lineText));
        }
      },
    ),
    300,
  ));

/** What users write: configuration, durations, sizes, version ranges, keys. */

import { deepStrictEqual, ok } from 'node:assert/strict';
import fc from 'fast-check';
import { test } from 'tap';
import { keyLines, locateJsonError } from '../../src/cli/config/json-positions.js';
import { durationParser, parseCount, parsePort, parseSize } from '../../src/cli/config/units.js';
import { isWithin } from '../../src/cli/doctor/version-range.js';
import { keyNames, mouseReport, typedText } from '../../src/tui/input/key-names.js';
import { anyText, holds } from '../property.js';

/** Text of JSON with any white space between its tokens, and the line of each path as it was written. */
function written(value: unknown, gap: () => string): { text: string; lines: Map<string, number> } {
  const lines = new Map<string, number>([['', 1]]);
  let text = '';
  const put = (part: string) => {
    text += gap() + part;
  };
  const mark = (path: string[]) => {
    const name = path.join('.');
    if (!lines.has(name)) lines.set(name, text.split('\n').length);
  };
  const write = (value: unknown, path: string[], marked: boolean) => {
    const isObject = typeof value === 'object' && value !== null;
    put(isObject ? (Array.isArray(value) ? '[' : '{') : JSON.stringify(value));
    if (!marked) mark(path);
    if (!isObject) return;
    for (const [n, [key, item]] of Object.entries(value).entries()) {
      if (n > 0) put(',');
      if (!Array.isArray(value)) {
        put(JSON.stringify(key));
        mark([...path, key]);
        put(':');
      }
      write(item, [...path, key], !Array.isArray(value));
    }
    put(Array.isArray(value) ? ']' : '}');
  };
  write(value, [], true);
  return { text, lines };
}

test('the line of every key and item of a configuration is the one where it stands', () =>
  holds(
    fc.property(
      fc.jsonValue(),
      fc.array(fc.constantFrom('', ' ', '\n', '\r\n', '\t\n\n'), { minLength: 1 }),
      (value, gaps) => {
        let n = 0;
        const { text, lines } = written(value, () => gaps[n++ % gaps.length]!);
        deepStrictEqual(JSON.parse(text), JSON.parse(JSON.stringify(value)));
        deepStrictEqual(Object.fromEntries(keyLines(text)), Object.fromEntries(lines));
      },
    ),
    600,
  ));

test('what is wrong with any text that is no JSON has a line of it, in one line of words', () =>
  holds(
    fc.property(
      fc.oneof(
        anyText(),
        fc.json().map((text) => `${text.slice(0, -1)}\n,`),
        fc.json().map((text) => `{\n${text}`),
      ),
      (text) => {
        keyLines(text);
        try {
          JSON.parse(text);
        } catch (error) {
          const { line, message } = locateJsonError(text, error);
          ok(line >= 1 && line <= text.split('\n').length, `${line}`);
          ok(message.length > 0 && message.length < 200, message);
        }
      },
    ),
    600,
  ));

const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Whether a parser refuses a text in words, and does not do anything else. */
function refuses(parse: (text: string) => number, text: string): boolean {
  try {
    parse(text);
    return false;
  } catch (error) {
    return /^Write a /.test((error as Error).message);
  }
}

test('durations, sizes, counts and ports mean what is written, or are refused in words', () =>
  holds(
    fc.property(
      fc.nat(),
      fc.constantFrom(...(Object.keys(UNITS) as (keyof typeof UNITS)[])),
      fc.oneof(anyText(), fc.constantFrom('5constructor', '1 toString', '1__proto__', '7valueOf')),
      (n, unit, text) => {
        deepStrictEqual(durationParser('s')(`${n}${unit}`), n * UNITS[unit]);
        deepStrictEqual(durationParser(unit)(` ${n} `), n * UNITS[unit]);
        deepStrictEqual(durationParser('ms')(`${n}.5 ${unit.toUpperCase()}`), (n + 0.5) * UNITS[unit]);
        deepStrictEqual(parseSize(`${n}KB`), n * 1024);
        for (const parse of [durationParser('s'), parseSize, parseCount, parsePort]) {
          if (!refuses(parse, text))
            ok(Number.isFinite(parse(text)) && parse(text) >= 0, JSON.stringify(text));
        }
        if (n > 0) deepStrictEqual(parseCount(`${n}`), n);
        deepStrictEqual(refuses(parsePort, `${n}`), n > 65_535);
      },
    ),
    400,
  ));

const version = fc.tuple(fc.nat({ max: 3 }), fc.nat({ max: 12 }), fc.nat({ max: 3 }));

test('a version is within a range as its numbers are ordered', () =>
  holds(
    fc.property(
      version,
      version,
      fc.constantFrom('', '-beta.1', '+build'),
      anyText(),
      (a, b, suffix, text) => {
        const order = a.map((n, i) => n - b[i]!).find((difference) => difference !== 0) ?? 0;
        const [one, other] = [a.join('.') + suffix, b.join('.')];
        deepStrictEqual(
          ['>=', '<=', '>', '<'].map((operator) => isWithin(one, operator + other)),
          [order >= 0, order <= 0, order > 0, order < 0],
        );
        deepStrictEqual(isWithin(one, `>=${other} <${other}`), false);
        deepStrictEqual(isWithin(text, '*'), true);
        isWithin(text, text);
      },
    ),
    300,
  ));

test('whatever a terminal sends is keys, none of which types what is no text', () =>
  holds(
    fc.property(
      fc.oneof(
        anyText(),
        anyText(8).map((text) => `[${text}`),
        fc.constantFrom('[<0;3;4M', '[<65;1;1m', 'OP', '[200~', 'ab\r\n\t '),
      ),
      fc.record({ tab: fc.boolean(), shift: fc.boolean(), ctrl: fc.boolean(), return: fc.boolean() }),
      (input, key) => {
        for (const name of keyNames(input, key as never)) {
          ok(name !== '');
          const typed = typedText(name);
          // biome-ignore lint/suspicious/noControlCharactersInRegex: what types nothing
          if (typed !== undefined) ok(!/^[\x00-\x1f\x7f]$/.test(typed), JSON.stringify(typed));
        }
        const mouse = mouseReport(input);
        if (mouse) ok([mouse.button, mouse.column, mouse.row].every(Number.isInteger));
      },
    ),
    400,
  ));

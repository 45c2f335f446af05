/** SQL of any text: cut into tokens, named without its values, and written with them. */

import { deepStrictEqual, ok } from 'node:assert/strict';
import fc from 'fast-check';
import { test } from 'tap';
import type { Dialect } from '../../src/domain/library.js';
import { fingerprint } from '../../src/insight/sql/fingerprint.js';
import { Lexer } from '../../src/insight/sql/lexer.js';
import { sqlLiteral } from '../../src/insight/sql/literals.js';
import { COMMA, END, NAME, VALUE } from '../../src/insight/sql/token-kinds.js';
import { anyText, holds } from '../property.js';

const dialect = fc.constantFrom<Dialect>('pg', 'mysql', 'sqlite');
const WORDS = [
  ...[
    'select',
    'insert into',
    'values',
    'from',
    'where',
    'in',
    'any',
    'union all',
    'array',
    'cast',
    'as',
    'limit',
    'offset',
  ],
  ...[
    'a',
    'orders',
    '"A b"',
    '`c`',
    '[d]',
    'tenant_12',
    'date',
    'interval',
    'null',
    'not',
    'is',
    'true',
    'end',
    'key update',
  ],
  ...[
    '1',
    '-2.5',
    '.5',
    '1e9',
    '0xff',
    "'x'",
    "'it''s'",
    "E'\\''",
    '"q"',
    '$1',
    '?',
    '??',
    ':name',
    '@v',
    '@@g',
    '$$ a $$',
    '$t$ b $t$',
  ],
  ...[
    '(',
    ')',
    '[',
    ']',
    ',',
    ';',
    '.',
    '::',
    ':',
    '=',
    '<>',
    '->>',
    '||',
    '+',
    '-',
    '*',
    '/',
    '#',
    '?|',
    '!',
    '\\',
    '{',
    '}',
  ],
  ...[
    '--',
    '-- c\n',
    '/* d */',
    '/*',
    '*/',
    '/*!80000',
    '/*+ h */',
    '\n',
    ' ',
    ' ',
    '',
    "'",
    '"',
    '`',
    '$',
    '_',
    '_#',
    'U&"',
    "x'",
  ],
];
const soup = fc
  .array(fc.tuple(fc.constantFrom(...WORDS), fc.constantFrom(' ', ' ', '', '\n')), {
    maxLength: 40,
    size: 'max',
  })
  .map((parts) => parts.flat().join(''));
const aText = fc.oneof(
  soup,
  soup,
  anyText(),
  fc.tuple(soup, anyText(10)).map((parts) => parts.join('')),
);

const BLANK = /^(?:[\0-\x20\x7f\xa0\ufeff]+|(?:--|#)[^\n]*|\*\/)/;

/** Whether a text is made of spaces and comments, up to the first block of them, whose end differs by dialect. */
function isBlank(text: string): boolean {
  let rest = text;
  while (rest !== '' && !rest.startsWith('/*')) {
    const [blank] = BLANK.exec(rest) ?? [];
    if (blank === undefined) return false;
    rest = rest.slice(blank.length);
  }
  return true;
}

test('tokens cover any text, in its order; between them are spaces and comments only', () =>
  holds(
    fc.property(aText, dialect, fc.array(fc.boolean(), { minLength: 1 }), (sql, dialect, operands) => {
      const lexer = new Lexer(sql, dialect);
      let last = 0;
      for (let n = 0; ; n++) {
        const kind = lexer.next(operands[n % operands.length]!);
        ok(lexer.from >= last, `overlaps at ${lexer.from}`);
        const gap = sql.slice(last, lexer.from);
        ok(isBlank(gap), `${JSON.stringify(gap)} is skipped`);
        if (kind === END) break;
        ok(lexer.to > lexer.from && lexer.to <= sql.length, `from ${lexer.from} to ${lexer.to}`);
        last = lexer.to;
      }
      deepStrictEqual(lexer.from, sql.length);
    }),
    1500,
  ));

test('the text of a fingerprint is one line, and its own fingerprint', () =>
  holds(
    fc.property(aText, dialect, (sql, dialect) => {
      const { id, text } = fingerprint(sql, dialect);
      const again = fingerprint(text, dialect);
      deepStrictEqual([again.text, again.id], [text, id]);
    }),
    2000,
  ));

const number = fc.oneof(fc.nat(), fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }));
const aValue: fc.Arbitrary<unknown> = fc.oneof(
  anyText(),
  fc
    .array(
      fc.constantFrom(
        "'",
        '\\',
        '"',
        '`',
        '$$',
        '--',
        '\n',
        '\0',
        '\x1a',
        '\x9b',
        '\u202e',
        ';',
        '?',
        '日',
        'a',
      ),
    )
    .map((parts) => parts.join('')),
  fc.constantFrom('<3 bytes 010203>', '2024-01-01T00:00:00.000Z', "\\' or 1=1 -- ", "' or 1=1 -- "),
  number,
  fc.boolean(),
  fc.constant(null),
);
const TEMPLATES = [
  'select * from t where a = # and b > # limit 5',
  'insert into t (a, b) values (#, #)',
  'update t set a = #, b = # where c between # and #',
  'select coalesce(a, #) from t where b in (#, #)',
];
// Written as calls where a quoted string cannot hold them on one line: the fingerprint has those.
const isCall = (written: string) => /^(?:CONVERT|CAST)\(/.test(written);

test('a value written as SQL is one value, and what follows it is what was to follow', () =>
  holds(
    fc.property(aValue, dialect, (value, dialect) => {
      const written = sqlLiteral(value, dialect);
      const sql = `${written} , zz`;
      const lexer = new Lexer(sql, dialect);
      const kinds: [kind: number, from: number][] = [];
      for (let kind = lexer.next(true); kind !== END; kind = lexer.next(kinds.at(-1)![0] !== VALUE))
        kinds.push([kind, lexer.from]);
      deepStrictEqual(
        kinds.slice(-2),
        [
          [COMMA, written.length + 1],
          [NAME, written.length + 3],
        ],
        written,
      );
      if (typeof value === 'string' && !isCall(written)) deepStrictEqual(kinds.length, 3, written);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: what steers a terminal
      ok(!/[\0-\x1f\x7f-\x9f\u202e]/.test(written), JSON.stringify(written));
    }),
    1000,
  ));

test('values written into a statement do not change its fingerprint', () =>
  holds(
    fc.property(
      fc.constantFrom(...TEMPLATES),
      fc.array(aValue, { minLength: 4, maxLength: 4 }),
      dialect,
      (template, values, dialect) => {
        const written = values.map((value) => sqlLiteral(value, dialect));
        // A sign may need brackets, which are the statement's.
        fc.pre(!written.some((one) => isCall(one) || one.startsWith('(')));
        const sql = template.replaceAll('#', () => written.pop()!);
        deepStrictEqual(
          fingerprint(sql, dialect).text,
          fingerprint(template.replaceAll('#', '7'), dialect).text,
          sql,
        );
      },
    ),
    600,
  ));

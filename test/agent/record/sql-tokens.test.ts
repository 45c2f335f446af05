/**
 * The agent reads SQL in one small file, the launcher with a lexer: both see the same strings and the
 * same placeholders, so that what is a value for one is never text for the other.
 */

import { deepStrictEqual } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { test } from 'tap';
import { sqlTokens } from '../../../src/agent/record/sql-tokens.cjs';
import type { Dialect } from '../../../src/domain/library.js';
import { piecesOf } from '../../../src/insight/sql/pieces.js';
import { isPlaceholder } from '../../../src/insight/sql/placeholders.js';
import { VALUE } from '../../../src/insight/sql/token-kinds.js';
import { holds } from '../../property.js';
import { ROOT } from '../../scooby.js';

interface Read {
  placeholders: string[];
  /** Positions of the characters of all strings, without quotes and spaces. */
  strings: number[];
}

function charsOf(sql: string, from: number, to: number): number[] {
  return [...Array(to - from).keys()].map((i) => from + i).filter((at) => /[^\s'"$]/.test(sql[at]!));
}

function readByAgent(sql: string, dialect: Dialect): Read {
  const read: Read = { placeholders: [], strings: [] };
  // The agent counts names that these databases do not: what is bound to them is masked by their name.
  const isCounted = (text: string) =>
    dialect === 'pg' ? /^\$\d/.test(text) : dialect !== 'mysql' || !text.startsWith('@');
  for (const { type, text, from, to } of sqlTokens(sql, dialect)) {
    if (type === 'placeholder' && isCounted(text)) read.placeholders.push(`${from} ${text}`);
    if (type === 'string') read.strings.push(...charsOf(sql, from, to));
  }
  return read;
}

function readByLauncher(sql: string, dialect: Dialect): Read {
  const read: Read = { placeholders: [], strings: [] };
  const quote = dialect === 'pg' ? /['"]|^\$[\w\u0080-\uffff]*\$/ : /['"]/;
  let at = 0;
  for (const piece of piecesOf(sql, dialect)) {
    const { written, kind } = piece;
    if (isPlaceholder(piece, dialect)) read.placeholders.push(`${at} ${written}`);
    else if (kind === VALUE && quote.test(written))
      read.strings.push(...charsOf(sql, at + written.search(/['"$]/), at + written.length));
    at += written.length;
  }
  return read;
}

function compare(sql: string, dialect: Dialect): void {
  deepStrictEqual(readByAgent(sql, dialect), readByLauncher(sql, dialect), `${dialect}: ${sql}`);
}

test('a tag of another alphabet', (t) => {
  compare('select $é$t$é$, $1', 'pg');
  compare('$é$t$', 'pg');
  t.end();
});

test('the statements of the corpus', (t) => {
  const { pairs } = JSON.parse(readFileSync(join(ROOT, 'test/cases/fingerprints.json'), 'utf8'));
  for (const { dialect, a, b } of pairs) for (const sql of [a, b]) compare(sql, dialect);
  t.ok(pairs.length > 20);
  t.end();
});

const PARTS = [
  ...["'", "''", "\\'", '\\', '"', '`', '[', ']', '--', '-- ', '#', '/*', '*/', '/*!', '/*!40101 ', '/*M!1 '],
  ...['$$', '$t$', '$t1$', "E'", "e'", "N'", "X'", "_utf8'", '?', '??', '$1', '$2', ':a', '@b', ':=', '::'],
  ...['\n', ' ', ' ', 'a', '=', '(', ')', ',', 'password', "'s'", '"x"', '/* ? */', '-- ?\n', '#?\n', "'?'"],
  ...["'it''s'", "'\\'", '1', '-', '*', 'é', "U&'", '$', '0x1f', 'x$1', '?1', '@@g', '->>', '#>', '?|', '@>'],
  ...['{', '}', ';', '.', '😀'],
];
// Nothing that a database takes: a number that goes on in a name, a cast, an E or a number where there is none.
const NONSENSE: Record<Exclude<Dialect, 'standard'>, RegExp> = {
  pg: /\d[\w.]*\$|\?\d|[\d$]\w*e'/i,
  mysql: /\d[\w.]*\$|\?\d|::/,
  mssql: /\d[\w.]*\$|\$[\w\u0080-\uffff]*\$|\$\d|\?|::|e'|#|`|:[\w=]/i,
  sqlite: /\d[\w.]*\$|\$[\w\u0080-\uffff]*\$|\$\d+[^\s\d]|::|e'/i,
};

for (const dialect of ['pg', 'mysql', 'sqlite', 'mssql'] as const) {
  test(`statements of ${dialect} put together at random`, async (t) => {
    const statement = fc
      .array(fc.constantFrom(...PARTS), { maxLength: 14 })
      .map((parts) => parts.join(''))
      .filter((sql) => !NONSENSE[dialect].test(sql));
    await holds(
      fc.property(statement, (sql) => compare(sql, dialect)),
      3000,
    );
    t.end();
  });
}

import { test } from 'tap';
import type { Dialect } from '../../src/domain/library.js';
import { colourSql, highlightTokens, layOutSql, MAX_LABEL } from '../../src/screens/sql-highlight.js';
import { lineText } from '../../src/terminal/cells.js';

const laidOut = (sql: string) => layOutSql(sql, 'pg').map(lineText);

test('a statement is laid out clause by clause', (t) => {
  t.same(
    laidOut(
      "select o.id, count(*) from orders o left join items i on i.order_id = o.id and i.gone is null where o.user_id = $1 and o.at between '2026-01-01' and now() group by o.id order by 2 desc limit 10",
    ),
    [
      'select o.id, count(*)',
      'from orders o',
      'left join items i',
      '  on i.order_id = o.id',
      '  and i.gone is null',
      'where o.user_id = $1',
      "  and o.at between '2026-01-01' and now()",
      'group by o.id',
      'order by 2 desc',
      'limit 10',
    ],
  );
  t.same(laidOut('SELECT * FROM a WHERE id IN (SELECT a_id FROM b WHERE x = 1) AND y > 2'), [
    'SELECT *',
    'FROM a',
    'WHERE id IN (',
    '  SELECT a_id',
    '  FROM b',
    '  WHERE x = 1',
    ')',
    '  AND y > 2',
  ]);
  t.same(laidOut('INSERT INTO a (x, y) VALUES ($1, $2) RETURNING id'), [
    'INSERT INTO a (x, y)',
    'VALUES ($1, $2)',
    'RETURNING id',
  ]);
  t.same(laidOut('UPDATE a SET x = 1 WHERE y = 2'), ['UPDATE a', 'SET x = 1', 'WHERE y = 2']);
  t.end();
});

test('any text has tokens, whose joined texts are the text', (t) => {
  for (const sql of [
    '',
    "select 'open",
    '/* open',
    '$$ open',
    '"open',
    ')))',
    'select $q$ ; $q$ from x',
    "e'a\\'b'",
    '\x00\x1b',
    '日本語 🇩🇪',
  ]) {
    t.equal(
      highlightTokens(sql, 'pg')
        .map(({ text }) => text)
        .join(''),
      sql,
    );
    t.doesNotThrow(() => layOutSql(sql, 'pg'));
  }
  t.same(laidOut("select 'a\x1b[31m\nb'"), ["select 'a\\x1b[31m", "b'"]);
  t.same(colourSql('select 1', 'pg'), [['select', 'keyword'], ' ', ['1', 'number']]);
  t.end();
});

test('each dialect has its own tokens', (t) => {
  const shown = (sql: string, dialect: Dialect) =>
    colourSql(sql, dialect).flatMap((part) => (typeof part === 'string' ? [] : [`${part[0]} ${part[1]}`]));
  t.same(shown("'a\\' # b", 'pg'), ["'a\\' string"]);
  t.same(shown("'a\\'' # b", 'mysql'), ["'a\\'' string", '# b comment']);
  t.same(shown('"a" ?', 'mysql'), ['"a" string', '? number']);
  t.same(shown('"a" ? $1', 'pg'), ['$1 number']);
  t.same(shown('a::int @> @b', 'pg'), []);
  t.same(shown('[from] @b', 'sqlite'), ['@b number']);
  t.same(shown('@b /*!40001 , ?? */', 'mysql'), ['/*!40001 comment', '?? number', '*/ comment']);
  t.same(shown('/* /* */ */ $a$ -- $a$', 'pg'), ['/* /* */ */ comment', '$a$ -- $a$ string']);
  t.same(shown("E'\\'' -- x", 'pg'), ["E'\\'' string", '-- x comment']);
  t.end();
});

test('a long statement is parsed only as far as it is drawn', (t) => {
  const long = `select ${"'x', ".repeat(400_000)}1`;
  t.equal(lineText(colourSql(long, 'pg')), long.slice(0, MAX_LABEL));
  const lines = layOutSql(`select 1,\n2 from t\n${long}`, 'pg');
  t.equal(lines.length, 3);
  t.same(lines[1], [['2', 'number'], ' ', ['from', 'keyword'], ' ', 't']);
  t.same(lines[2]!.at(-1), long.slice(20_000 - 19));
  t.end();
});

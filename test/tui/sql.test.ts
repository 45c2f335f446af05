import { test } from 'tap';
import { plain } from '../../src/tui/cells.js';
import { colourSql, layOutSql, tokens, withValues } from '../../src/tui/sql.js';

const laidOut = (sql: string) => layOutSql(sql).map(plain);

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

test('any text gives an answer, and its tokens are the text again', (t) => {
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
      tokens(sql)
        .map(({ text }) => text)
        .join(''),
      sql,
    );
    t.doesNotThrow(() => layOutSql(sql));
  }
  t.same(laidOut("select 'a\x1b[31m\nb'"), ["select 'a\\x1b[31m", "b'"]);
  t.same(colourSql('select 1'), [['select', 'keyword'], ' ', ['1', 'number']]);
  t.end();
});

test('values are written in to run it elsewhere', (t) => {
  t.equal(
    withValues("select $2, $1, '$1' from a where b = $3", ["O'Neil", null, 3]),
    "select NULL, 'O''Neil', '$1' from a where b = 3",
  );
  t.equal(withValues('select ?, ?', [true, { a: 1 }]), `select true, '{"a":1}'`);
  t.equal(withValues('select $9', [1]), 'select $9');
  t.equal(withValues('select $1', undefined), 'select $1');
  t.end();
});

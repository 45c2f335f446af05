/** Rendered literals equal the bound values on real servers. */

import { test } from 'tap';
import { renderStatement } from '../../../src/insight/sql/render.js';
import { requirePackage } from '../../packages.js';
import { mariadb, postgres } from '../../servers/index.js';
import { postgresClient } from '../../servers/postgres.js';

interface MysqlClient {
  query(statement: string): Promise<[Record<string, unknown>[]]>;
  end(): Promise<void>;
}

const mysql: { createConnection(url: string): Promise<MysqlClient> } = requirePackage('mysql2/promise');

const NASTY = [
  "o'hara",
  "'; drop table users; --",
  "\\'; drop table users; --",
  'a\\',
  'two\nlines\r\n\tand a tab',
  '$1 ? :name @x ??',
  '"quoted" `ticked`',
  '\u202eright to left\u200b',
  'ünïcödé 🦉',
  '-- no comment',
  '/* none */',
  '',
  '34',
  '\x1b[2J\x07',
];

test('PostgreSQL reads literals as the bound values', async (t) => {
  const { url } = await postgres(t);
  const client = postgresClient(url);
  await client.connect();
  t.teardown(() => client.end());
  for (const strings of ['on', 'off']) {
    await client.query(`set standard_conforming_strings = ${strings}`);
    const { sql, faults } = renderStatement(
      `select ${NASTY.map((_, n) => `$${n + 1}::text as c${n}`).join(', ')}`,
      'pg',
      NASTY,
    );
    t.same(faults, []);
    t.notMatch(sql, /[\n\r]/);
    t.same(
      Object.values((await client.query(sql)).rows[0]!),
      NASTY,
      `standard_conforming_strings ${strings}`,
    );
  }
  const { sql } = renderStatement(
    'select $1::int = 34 as number, $2::text[] as list, $3::jsonb as object, $4::bytea as bytes, $5::bool as yes, $6 is null as none limit $1',
    'pg',
    [34, ['a "b" \\', null, 'NULL', "o'x"], { a: ["'"] }, '<3 bytes 00ff27>', true, null],
  );
  t.same((await client.query(sql)).rows, [
    {
      number: true,
      list: ['a "b" \\', null, 'NULL', "o'x"],
      object: { a: ["'"] },
      bytes: Buffer.from([0, 255, 39]),
      yes: true,
      none: true,
    },
  ]);
});

test('MariaDB reads literals as the bound values', async (t) => {
  const { url } = await mariadb(t);
  const client = await mysql.createConnection(url);
  t.teardown(() => client.end());
  const { sql, faults } = renderStatement(
    `select ${NASTY.map((_, n) => `? as c${n}`).join(', ')}`,
    'mysql',
    NASTY,
  );
  t.same(faults, []);
  t.notMatch(sql, /[\n\r]/);
  const [rows] = await client.query(sql);
  t.same(Object.values(rows[0]!), NASTY);
  const at = new Date(2026, 10, 22, 9, 5, 7, 89).toISOString();
  const { sql: more } = renderStatement(
    'select ? in (?) as listed, ? as at, ?? from (select ? as `a``b`) x',
    'mysql',
    [2, [1, 2], at, 'a`b', 7],
  );
  const [[row]] = await client.query(more);
  t.match(row, { listed: 1, at: '2026-11-22 09:05:07.089', 'a`b': 7 });
});

test('a statement on one line: comments are dropped, hints and strings stay', (t) => {
  const sql = (text: string, dialect: 'pg' | 'mysql' | 'sqlite' = 'pg', params: unknown = []) =>
    renderStatement(text, dialect, params).sql;
  t.equal(sql("select 1 -- one\n  , '--two' /* three */;\n"), "select 1 , '--two'");
  t.equal(sql("select 'a\n''b'"), "select E'a\\n''b'");
  t.equal(sql('select $x$a\nb$x$, $x$c$x$'), "select E'a\\nb', $x$c$x$");
  t.equal(sql('select /*+ IndexScan(a)\n */ a from b'), 'select /*+ IndexScan(a) */ a from b');
  t.equal(sql("select a ? 'b', a->>'c'"), "select a ? 'b', a->>'c'");
  t.equal(
    sql('select /*!40001 sql_no_cache */ a # x\nfrom b', 'mysql'),
    'select /*!40001 sql_no_cache */ a from b',
  );
  t.equal(
    sql('insert into t set ?', 'mysql', [{ a: 1, 'b`': "x'" }]),
    "insert into t set `a` = 1, `b``` = 'x'''",
  );
  t.equal(
    sql('insert into t values ?', 'mysql', [
      [
        [1, 'a'],
        [2, null],
      ],
    ]),
    "insert into t values (1, 'a'), (2, NULL)",
  );
  t.equal(sql('select :a, :b', 'mysql', { a: 1, b: 'c' }), "select 1, 'c'");
  t.equal(
    sql("select @a, $b, ?2, 'it''s'", 'sqlite', { a: '1', b: "x'", 2: 5 }),
    "select '1', 'x''', 5.0, 'it''s'",
  );
  t.equal(sql('select ?', 'sqlite', ['a\nb']), "select CAST(x'610a62' AS TEXT)");
  t.end();
});

test('each difference from the sent statement is reported, with its placeholder', (t) => {
  const faults = (text: string, params: unknown) => renderStatement(text, 'pg', params).faults;
  t.same(faults('select $1, $2', [1, 'REDACTED']), ['$2 is masked']);
  t.same(faults('select $1', [['a', 'REDACTED']]), ['$1 is masked']);
  t.same(faults('select $1, $2', [1]), ['$2 is not known']);
  t.equal(renderStatement('select $1, $2', 'pg', [1]).sql, "select '1', $2");
  t.same(faults('select $1', undefined), ['$1 is not known']);
  t.same(faults('select $1', ['aaa… (9000 characters)']), ['$1 was too long to be kept whole']);
  t.same(faults('select $1', ['<64 bytes 00ff…>']), ['$1 was too long to be kept whole']);
  t.same(faults('select $1', ['<function>']), ['$1 was not recorded']);
  t.same(faults('select 1… (70000 characters)', []), ['the statement was too long to be kept whole']);
  t.end();
});

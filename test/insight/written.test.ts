/** A statement with its values is written equally in all outputs, and has the result of the bound statement. */

import Database from 'better-sqlite3';
import { type Test, test } from 'tap';
import { maskNamedParams, maskParams } from '../../src/agent/record/sql-params.cjs';
import type { Span } from '../../src/domain/trace.js';
import { aSpan } from '../factory.js';
import { requirePackage } from '../packages.js';
import { mariadb, postgres } from '../servers/index.js';
import { boundValues, NASTY, outputsOf } from './written.js';

interface Queries {
  query(sql: string, values?: unknown): Promise<{ rows: unknown[] }>;
}
const { Client, types } = requirePackage('pg') as {
  Client: new (options: object) => Queries & { connect(): Promise<void>; end(): Promise<void> };
  types: { getTypeParser(id: number, format: unknown): unknown };
};
const mysql = requirePackage('mysql2/promise');
const mysqlClassic = requirePackage('mysql');

/** Values as a list, or by name. */
type Values = unknown[] | Record<string, unknown>;

function recorded(library: string, name: string, values: Values): Span {
  const masked = Array.isArray(values) ? maskParams(name, values) : maskNamedParams(name, values);
  return aSpan({ library, name, detail: { params: JSON.parse(JSON.stringify(masked)) } });
}

/** Statement that all outputs have in common. */
function commonOutput(t: Pick<Test, 'equal' | 'notMatch'>, span: Span): string {
  const { show, ...others } = outputsOf(span);
  for (const [way, text] of Object.entries(others)) t.equal(text, show, `${way}: ${span.name}`);
  t.notMatch(show, /[\n\r]|^--/, span.name);
  return show!;
}

// A server receives half of a surrogate pair as U+FFFD.
const HALF = 'half \ud83d of a pair';

const PG: [sql: string, values: unknown[]][] = [
  [`select ${[...NASTY, HALF].map((_, n) => `$${n + 1}::text as c${n}`).join(', ')}`, [...NASTY, HALF]],
  [
    "select $1::jsonb ? 'a' as a, $1::jsonb ?| array['b', 'a'] as b, $1::jsonb ?& array['a', 'c'] as c",
    [{ a: "'?" }],
  ],
  [
    "select $1::jsonb @? '$.a' as a, '?' as b, $2::text as c -- ? $1\n /* $2 /* ? */ ' */ limit 1",
    [{ a: 1 }, '?'],
  ],
  [
    `select E'it\\'s $1' as a, $1::text as b, $$ $1 ' $$ as c, $q$ ? $1 $q$ as d, "x$1" from (select 1 as "x$1") t`,
    ['y'],
  ],
  [
    "select 'a'\n  'b$1' as a, E'c\\'\\\n\\\\'\n'd\\'' as b, 'a\\\nb' as c, $1::int as d, $x$e\nf$x$ as e",
    [7],
  ],
  ["select U&'d\\0061t$1' as a, B'101' as b, X'1F' as c, $1::text as d", ["U&'"]],
  [
    'select 1 -$1::int as a, - $2::float8 as b, 7 / $3 as c, $4::numeric as d',
    [-5, -1.5, 2, 12345678901234567890n],
  ],
  [
    'select $1::int[] as a, $2::text[] as b, $3::bytea[] as c',
    [
      [
        [1, 2],
        [3, null],
      ],
      ['a "b" \\', null, 'NULL', "o'x", ''],
      [Buffer.from([0, 39])],
    ],
  ],
  [
    'select $1::bytea as a, $2::bool as b, $3::text is null as c, $4::timestamptz as d',
    [Buffer.from([0, 255, 39, 92]), false, null, new Date(0)],
  ],
  [
    "select array[1,2] @> $1 as a, $2 like 'a\\_%' as b, $3::jsonb as c",
    [[1], 'a_b', { "it's": ['\\', '\n', { deep: true }] }],
  ],
];

test('PostgreSQL', async (t) => {
  const { url } = await postgres(t);
  const client = new Client({
    connectionString: url,
    types: { getTypeParser: (id: number, format: unknown) => types.getTypeParser(id, format) },
  });
  await client.connect();
  t.teardown(() => client.end());
  for (const [sql, values] of PG) {
    const span = recorded('pg', sql, values);
    const { rows } = await client.query(sql, values);
    t.strictSame((await client.query(commonOutput(t, span))).rows, rows, sql);
    const { values: bound, missing } = boundValues(span);
    t.same(missing, []);
    t.strictSame((await client.query(sql, bound as unknown[])).rows, rows, `explain: ${sql}`);
  }
});

const AT = new Date(2026, 10, 22, 9, 5, 7, 89);
const MYSQL: [sql: string, values: Values][] = [
  [`select ${[...NASTY, HALF].map((_, n) => `? as c${n}`).join(', ')}`, [...NASTY, HALF]],
  [
    'select 2 in (?) as a, (1, 2) in (?) as b, ? as c',
    [
      [1, 2],
      [
        [1, 2],
        [3, 4],
      ],
      [7],
    ],
  ],
  [
    "select '?' as a, \"it\\\"s ? ''\" as b, `?` as c, ? as d from (select 1 as `?`) t # ? '\n -- ?\n /* ? */ limit ?",
    ['y', 1],
  ],
  ['select ??, ?? from (select 1 as `a``b`, 2 as `c`) ??', ['a`b', ['t.c'], 't']],
  [
    "select 'two\nlines \\\n \\' \\\\' as a, \"three\nmore \"\" \\\" '\" as b, 'like \\%\n' as c, ? as d",
    ["'"],
  ],
  [
    'select 1 -? as a, -? as b, ? as c, 5--1 as d, ? = ? and ? = 1 as e',
    [-5, -1.5, 12345678901234567890n, 1, 1, 1],
  ],
  ['select /*!40001 sql_no_cache */ ? as a /*! , ? as b */', ['x', "'y'"]],
  [
    'select ? as a, ? as b, ? as c, ? as d, ? is null as e',
    [Buffer.from([0, 255, 39, 92]), true, AT, 'true', null],
  ],
  ["select N'a ?' as a, _utf8mb4'b ?' as b, x'41' as c, ? as d limit ?", ['z', 1]],
];

test('MariaDB', async (t) => {
  const { url } = await mariadb(t);
  const client = await mysql.createConnection({ uri: url, supportBigNumbers: true, dateStrings: true });
  t.teardown(() => client.end());
  for (const [sql, values] of MYSQL) {
    const span = recorded('mysql2', sql, values);
    const [rows] = await client.query(sql, values as unknown[]);
    const [again] = await client.query(commonOutput(t, span));
    t.strictSame(again, rows, sql);
    const { values: bound, missing } = boundValues(span);
    t.same(missing, []);
    t.strictSame((await client.query(sql, bound as unknown[]))[0], rows, `explain: ${sql}`);
  }
  const some = ["x\\' or 1=1 -- ", '7', null, '1'];
  const scalars = 'select ? as a, ? as b, ? as c limit ?';
  const [prepared] = await client.execute(scalars, some);
  const [byHand] = await client.query(commonOutput(t, recorded('mysql2', scalars, some)));
  t.same(prepared, [{ a: "x\\' or 1=1 -- ", b: '7', c: null }]);
  t.strictSame(byHand, prepared);
  const sql = "select :a as a, ':b' as b, :b as c, :a as d";
  const values = { a: "x\\' or 1=1 -- ", b: 5 };
  const [rows] = await client.query({ sql, namedPlaceholders: true }, values);
  const span = recorded('mysql2', sql, values);
  t.strictSame((await client.query(commonOutput(t, span)))[0], rows);
  t.same(boundValues(span), { values, missing: [] });
});

test('SET ? with an object, as mysql and mysql2 write it', async (t) => {
  const { url } = await mariadb(t);
  const client = await mysql.createConnection(url);
  t.teardown(() => client.end());
  await client.query('create table t (a int, `b``c` text, d datetime(3), e blob, f text)');
  const row = { a: 1, 'b`c': "x\\' or 1=1 -- ", d: AT, e: Buffer.from([0, 39]), f: { deep: 1 } };
  const written = commonOutput(t, recorded('mysql2', 'insert into t set ?', row));
  t.equal(
    written,
    "insert into t set `a` = 1, `b``c` = 'x\\\\'' or 1=1 -- ', `d` = '2026-11-22 09:05:07.089', `e` = x'0027', `f` = '[object Object]';",
  );
  await client.query('insert into t set ?', row);
  await client.query(mysqlClassic.format('insert into t set ?', [row]));
  await client.query(written);
  const { values } = boundValues(recorded('mysql2', 'insert into t set ?', { a: 7 }));
  t.same(values, [{ a: 7 }]);
  const [rows] = await client.query('select * from t');
  t.strictSame(rows[1], rows[0]);
  t.strictSame(rows[2], rows[0]);
  const update = recorded('mysql2', 'update t set a = ?, ? where a = ?', [2, { f: 'g' }, 1]);
  t.equal(commonOutput(t, update), "update t set a = 2, `f` = 'g' where a = 1;");
});

test('no value ends a literal of MySQL, also with NO_BACKSLASH_ESCAPES', async (t) => {
  const { url } = await mariadb(t);
  const client = await mysql.createConnection(url);
  t.teardown(() => client.end());
  await client.query("set sql_mode = 'NO_BACKSLASH_ESCAPES'");
  for (const value of NASTY) {
    const [rows] = await client.query(
      commonOutput(t, recorded('mysql2', 'select ? as a where 1 = 1', [value])),
    );
    const { length } = rows;
    t.equal(length, 1, value);
    if (!/[\\\n\r\t]/.test(value)) t.equal(rows[0]!.a, Buffer.from(value).toString(), value);
  }
});

const SQLITE: [sql: string, values: unknown[]][] = [
  [`select ${NASTY.map((_, n) => `? as c${n}`).join(', ')}`, NASTY],
  ['select ? / ? as a, typeof(?) as b, ? || 1 as c, ? as d', [5, 2, 5, 5, 1e21]],
  ["select 1 -? as a, - ? as b, ? -> '$' as c, ?and?as d limit?", [-5, -1.5, -5, 1, 0, 1]],
  [
    'select :a as a, @b as b, $c as c, ? as d, ? as e, :a as f',
    ['p', "q'", { a: 1, b: "x\\' or 1=1 -- ", c: null }],
  ],
  ['select ?2 as a, ?1 as b', [{ 1: 'one', 2: 'two' }]],
  [
    'select [x?], "y?", `z?`, \'?\' as a, ? as b from (select 1 as [x?], 2 as "y?", 3 as `z?`) -- ?\n /* ? */',
    ['w'],
  ],
  [
    "select 'two\nlines \\ ''quoted''' as a, x'41' as b, ? as c, ? as d",
    ['nul \0 in it', Buffer.from([0, 39])],
  ],
  ['select ? + 0 as a, ? as b', [9007199254740993n, null]],
];

test('SQLite', (t) => {
  const db = new Database(':memory:');
  t.teardown(() => db.close());
  db.defaultSafeIntegers();
  for (const [sql, values] of SQLITE) {
    const isNamed = values.length === 1 && typeof values[0] === 'object' && !Buffer.isBuffer(values[0]);
    const span = recorded('better-sqlite3', sql, isNamed ? (values[0] as Record<string, unknown>) : values);
    t.strictSame(db.prepare(commonOutput(t, span)).all(), db.prepare(sql).all(...values), sql);
  }
  t.end();
});

test('all outputs name values that are not known, and keep their placeholders', (t) => {
  const long = 'x'.repeat(9000);
  for (const [library, sql, values, lines] of [
    [
      'pg',
      'update u set password = $1 where id = $2',
      ['secret', 7],
      ['$1 is masked', "update u set password = $1 where id = '7'"],
    ],
    [
      'mysql2',
      'update u set password = ? where id = ?',
      ['secret', 7],
      ['value 1 is masked', 'update u set password = ? where id = 7'],
    ],
    [
      'mysql2',
      'insert into u set ?',
      { id: 7, password: 'secret' },
      ['value 1 is masked', 'insert into u set ?'],
    ],
    ['pg', 'select $1::jsonb', [{ password: 'secret' }], ['$1 is masked', 'select $1::jsonb']],
    [
      'pg',
      'select $1, $2, $3',
      [long, { a: { a: { a: { a: { a: { a: { a: 1 } } } } } } }],
      ['$1 was too long to be kept whole; $2 was not recorded; $3 is not known', 'select $1, $2, $3'],
    ],
    [
      'better-sqlite3',
      'select :a, ?',
      [{ a: () => 1 }],
      [':a was not recorded; value 1 is not known', 'select :a, ?'],
    ],
    [
      'mysql2',
      'select ? = ?',
      [1, { a: 1 }],
      ['value 2 is an object, which query and execute send in different ways', 'select 1 = ?'],
    ],
    ['mysql2', 'select ?', [1, 2], ['1 value has no placeholder', 'select 1']],
    ['mysql2', 'select ??', ['a\nb'], ['value 1 has a name that cannot be written on one line', 'select ??']],
    [
      'pg',
      'select 1 as "a\n; drop table u; --", $1',
      [1],
      ['something in it cannot be written on one line', `select 1 as "a ; drop table u; --", '1'`],
    ],
    ['pg', "select $1, 'open", [1], ['a quote or a comment in it is never closed', "select '1', 'open"]],
    ['pg', 'select $1 /* /* */', [1], ['a quote or a comment in it is never closed', "select '1' /* /* */"]],
    ['mysql2', 'select ? /*! + 1', [1], ['a quote or a comment in it is never closed', 'select 1 /*! + 1']],
    ['mysql2', "select 'x\\', ?", [1], ['a quote or a comment in it is never closed', "select 'x\\', ?"]],
    ['pg', 'copy t from stdin', [], ['the rows that were copied were not recorded', 'copy t from stdin']],
  ] as [string, string, Values, [string, string]][]) {
    const [why, written] = lines;
    const expected = `-- cannot be run as it is: ${why}\n-- ${written};`;
    t.same(outputsOf(recorded(library, sql, values)), {
      show: expected,
      call: expected,
      request: expected,
      group: expected,
    });
  }
  t.end();
});

test('many unknown values are not listed one by one', (t) => {
  const many = Array.from({ length: 1004 }, (_, n) => n);
  const sql = `select ${many.map((n) => `$${n + 1}`).join(', ')}`;
  const span = recorded('pg', sql, many);
  t.match(
    outputsOf(span).call,
    /^-- cannot be run as it is: \$1001 was too long to be kept whole; \$1002, \$1003, \$1004 are not known\n/,
  );
  const { values, missing } = boundValues(span);
  t.equal((values as unknown[]).length, 1004);
  t.same(missing, ['$1001 to $1004']);
  t.end();
});

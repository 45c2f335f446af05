import { readFileSync } from 'node:fs';
import { test } from 'tap';
import type { Dialect } from '../../../src/domain/library.js';
import { fingerprint, operands } from '../../../src/insight/sql/fingerprint.js';
import { pick, random } from '../random.js';

interface Pair {
  dialect: Dialect;
  a: string;
  b: string;
  same: boolean;
}

const cases = new URL('../../../../test/cases/fingerprints.json', import.meta.url);
const { pairs } = JSON.parse(readFileSync(cases, 'utf8')) as { pairs: Pair[] };
const text = (sql: string, dialect: Dialect = 'pg') => fingerprint(sql, dialect).text;

test('the shared pairs of statements and fingerprints', (t) => {
  t.equal(pairs.length, 29);
  for (const { dialect, a, b, same } of pairs) {
    t.equal(fingerprint(a, dialect).id === fingerprint(b, dialect).id, same, `${dialect}: ${a} | ${b}`);
  }
  t.end();
});

const PG: [sql: string, text: string][] = [
  ['select 1 -- one\n from t', 'SELECT ? FROM t'],
  ["select a # b, a #> c, d #>> '{x}'", 'SELECT a # b, a #> c, d #>> ?'],
  ['select /*+ SeqScan(t) */ a from t', 'SELECT a FROM t'],
  ["select b'01', X'ff', N'x', U&'\\0041', e'\\''", 'SELECT ?, ?, ?, ?, ?'],
  ["select 'a'\n  'b', c", 'SELECT ?, c'],
  ['select a$1, $tag$ $ $tag$, $1', 'SELECT a$1, ?, ?'],
  ['SELECT Users.ID FROM Users', 'SELECT users.id FROM users'],
  ['select "users"."Id" from "users"', 'SELECT users."Id" FROM users'],
  ['select "order" from "select"', 'SELECT "order" FROM "select"'],
  ['select .5, 1e-3, 1_000, 0xFF, 0b1, 1., -1, +1, - 1', 'SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?'],
  ['select a - 1, a -1, a-b, (-1), f(-1), a = -$1', 'SELECT a - ?, a - ?, a - b, (?), f(?), a = ?'],
  ['select a[1:2], b::text, c := 1', 'SELECT a[? : ?], b::text, c := ?'],
  ["select d ? 'k', d ?| array['a'], d ?& $1, d @> '{}'", 'SELECT d ? ?, d ?| ARRAY[?+], d ?& ?, d @> ?'],
  [
    'select * from t where a is null and b is not null and c = null and d is true',
    'SELECT * FROM t WHERE a IS NULL AND b IS NOT NULL AND c = ? AND d IS TRUE',
  ],
  ['select a is distinct from null', 'SELECT a IS DISTINCT FROM ?'],
  ['create table x (a int not null default 3)', 'CREATE TABLE x(a int NOT NULL DEFAULT ?)'],
  [
    "select $1::uuid, '1'::double precision, $2::numeric(10, 2)::text, '{}'::int[], $3::pg_catalog.\"char\"",
    'SELECT ?, ?, ?, ?, ?',
  ],
  ['select cast($1 as varchar(20)), cast(a as int)', 'SELECT ?, CAST(a AS int)'],
  ["select $1::timestamp with time zone at time zone 'UTC'", 'SELECT ? at time zone ?'],
  ["select date '2024-01-01', interval '1 day', timestamp $1, point '(1,2)'", 'SELECT ?, ?, ?, ?'],
  ["select a at time zone 'UTC'", 'SELECT a at time zone ?'],
  ['select * from t where a in (1, $2, null)', 'SELECT * FROM t WHERE a IN (?+)'],
  ['select * from t where a not in (-1)', 'SELECT * FROM t WHERE a NOT IN (?+)'],
  ['select * from t where (a, b) in ((1, 2), (3, 4))', 'SELECT * FROM t WHERE (a, b) IN ((?, ?)+)'],
  ['select * from t where a in (lower($1), lower($2), b)', 'SELECT * FROM t WHERE a IN (lower(?)+, b)'],
  [
    'select * from t where a in (select b from u where c in (1, 2))',
    'SELECT * FROM t WHERE a IN (SELECT b FROM u WHERE c IN (?+))',
  ],
  ['select array[[1, 2], [3, 4]]', 'SELECT ARRAY[[?+]+]'],
  ['insert into t (a, b) values (1, default), (2, default)', 'INSERT INTO t(a, b) VALUES (?, DEFAULT)+'],
  [
    'insert into t values (1, now()), (2, now()), (default, 3)',
    'INSERT INTO t VALUES (?, now())+, (DEFAULT, ?)+',
  ],
  ['select * from (values (1, 2), (3, 4)) as v(a, b)', 'SELECT * FROM (VALUES (?, ?)+) AS v(a, b)'],
  [
    'insert into t values (1) on conflict (a) do update set b = 2 returning *',
    'INSERT INTO t VALUES (?)+ ON CONFLICT (a) DO UPDATE SET b = ? RETURNING *',
  ],
  ['select 1 union all select 2 union all select 3', 'SELECT ? UNION ALL SELECT ?'],
  ['select a from t limit 5', 'SELECT a FROM t LIMIT ?'],
  ['select a from t offset $1 limit $2', 'SELECT a FROM t LIMIT ?'],
  ['select a from t order by a asc, b desc', 'SELECT a FROM t ORDER BY a, b DESC'],
  ['rollback to savepoint "sp 1"', 'ROLLBACK TO SAVEPOINT ?'],
  ['release sp_1', 'RELEASE ?'],
  ['prepare get_user as select 1', 'PREPARE ? AS SELECT ?'],
  ['execute get_user(1)', 'EXECUTE ? (?)'],
  ['deallocate all', 'DEALLOCATE ALL'],
  ['declare c1 cursor for select a from t', 'DECLARE ? cursor FOR SELECT a FROM t'],
  ['fetch forward 100 from "C_1"', 'FETCH forward ? FROM ?'],
  ['close c1', 'CLOSE ?'],
  ["notify jobs_7, 'x'", 'NOTIFY ?, ?'],
  ['select ev_20240101.id from ev_20240101', 'SELECT ev_#.id FROM ev_#'],
  [
    'select * from m_y2024m01, shard_7, orders2024, oauth2_tokens',
    'SELECT * FROM m_#, shard_7, orders_#, oauth2_tokens',
  ],
  ['select * from a; ; delete from b;', 'SELECT * FROM a; DELETE FROM b'],
  ['select a != 1', 'SELECT a <> ?'],
  ['', ''],
  [' ; ', ''],
];

test('PostgreSQL', (t) => {
  for (const [sql, want] of PG) t.equal(text(sql), want, sql);
  t.end();
});

const MYSQL: [sql: string, text: string][] = [
  ['select 5--1, 6 -- comment\n+ 1', 'SELECT ? - ?, ? + ?'],
  ['select 1 /* a /* b */ from t', 'SELECT ? FROM t'],
  ['select /*!40001 distinct */ a from t', 'SELECT DISTINCT a FROM t'],
  [
    "select 'it\\'s', \"it\"\"s\", 'a' 'b', _utf8mb4'x' collate utf8mb4_bin, 0xff, b'1'",
    'SELECT ?, ?, ?, ? COLLATE utf8mb4_bin, ?, ?',
  ],
  ['select `Users`.`Id`, `a b`, `order` from `Users`', 'SELECT users.id, `a b`, `order` FROM users'],
  [
    'select * from t where a = :name and b = ? and c = @v and d in (?)',
    'SELECT * FROM t WHERE a = ? AND b = ? AND c = @v AND d IN (?+)',
  ],
  ['select ?? from t', 'SELECT ?? FROM t'],
  ['select * from 2fa_codes', 'SELECT * FROM 2fa_codes'],
  ['select * from t limit 5, 10', 'SELECT * FROM t LIMIT ?'],
  ['select * from t order by field(id, 3, 1, 2)', 'SELECT * FROM t ORDER BY field(id, ?+)'],
  ['insert into t (a) value (1)', 'INSERT INTO t(a) VALUES (?)+'],
  [
    'insert into t values (1) on duplicate key update a = values(a), b = values(b)',
    'INSERT INTO t VALUES (?)+ ON DUPLICATE KEY UPDATE a = VALUES (a), b = VALUES (b)',
  ],
  ['values row(1, 2), row(3, 4)', 'VALUES ROW (?, ?)+'],
  ['select date_add(a, interval 1 day) <=> b', 'SELECT date_add(a, interval ? day) <=> b'],
  ['use shop_7', 'USE ?'],
];

test('MySQL', (t) => {
  for (const [sql, want] of MYSQL) t.equal(text(sql, 'mysql'), want, sql);
  t.end();
});

test('SQLite', (t) => {
  for (const [sql, want] of [
    [
      'select * from t where a = ? and b = ?2 and c = :c and d = @d and e = $e',
      'SELECT * FROM t WHERE a = ? AND b = ? AND c = ? AND d = ? AND e = ?',
    ],
    ['select [a b], "A", `b` from [Order]', 'SELECT "a b", a, b FROM "order"'],
    ["select a == 'x', x'ff', a -> '$.b'", 'SELECT a = ?, ?, a -> ?'],
  ] as const)
    t.equal(text(sql, 'sqlite'), want, sql);
  t.end();
});

test('verb, tables, and write or control', (t) => {
  const facts = (sql: string, dialect: Dialect = 'pg') => {
    const { verb, tables, isWrite, isControl, isBatched } = fingerprint(sql, dialect);
    const flags = `${isWrite ? 'w' : ''}${isControl ? 'c' : ''}${isBatched ? 'b' : ''}`;
    return [verb, ...tables, flags].join(' ');
  };
  for (const [sql, want] of [
    ['select * from public.users u, "Orders" as o join items using (id)', 'SELECT users Orders items '],
    ['select extract(year from a), trim(both from b) from t', 'SELECT t '],
    ['select * from generate_series(1, 3), unnest($1::int[])', 'SELECT b'],
    [
      'with recent(id) as (select id from orders), x as materialized (select 1) select * from recent',
      'SELECT orders ',
    ],
    ['with gone as (delete from a returning *) insert into b select * from gone', 'INSERT a b w'],
    ['with gone as (delete from a returning *) select * from gone', 'SELECT a w'],
    ['(select 1 from a) union (select 2 from b)', 'SELECT a b '],
    ['select * from t for update', 'SELECT t '],
    ['update only users set a = 1 from orders where x = any($1)', 'UPDATE users orders wb'],
    ['delete from a using b where a.id = b.id', 'DELETE a b w'],
    ["select replace(a, 'x', 'y') from t where (replace(a, 'x', 'y')) = 'z'", 'SELECT t '],
    ['explain delete from t', 'EXPLAIN t '],
    ['truncate a, b', 'TRUNCATE a b w'],
    ['copy t (a) from stdin', 'COPY t w'],
    ['create table if not exists t (a int)', 'CREATE t w'],
    ['begin', 'BEGIN c'],
    ['start transaction read only', 'START c'],
    ['begin; update t set a = 1; commit', 'BEGIN t w'],
    ["set search_path = 'x'", 'SET c'],
    ['show tables', 'SHOW c'],
    ['insert into t values (1)', 'INSERT t w'],
    ['insert into t values (1), (2)', 'INSERT t wb'],
    ['select * from t where a in ($1)', 'SELECT t '],
    ['select * from t where a in ($1, $2)', 'SELECT t b'],
    ['select * from t where a <> all($1)', 'SELECT t b'],
    ['select * from t where a = any(select 1)', 'SELECT t '],
    ['', ' '],
  ] as const)
    t.equal(facts(sql), want, sql);
  t.equal(facts('update a join b on a.id = b.id set a.x = 1', 'mysql'), 'UPDATE a b w');
  t.equal(facts('replace into t values (1)', 'mysql'), 'REPLACE t w');
  t.end();
});

test('schemas of tenants are equal with the option tenants', (t) => {
  const tenant = (n: string, tenants: boolean) =>
    fingerprint(`select u.id, "tenant_${n}".users.a from "tenant_${n}".users u`, 'pg', { tenants }).text;
  t.equal(tenant('1', true), 'SELECT u.id, tenant_#.users.a FROM tenant_#.users u');
  t.equal(tenant('1', true), tenant('22', true));
  t.equal(tenant('550e8400e29b41d4a716446655440000', true), tenant('1', true));
  t.not(tenant('1', false), tenant('22', false));
  t.end();
});

test('the values of a statement, whether they are listed, and what they are compared with', (t) => {
  const where = (value: object) => ({ nested: false, clause: 'WHERE', ...value });
  t.same(operands("select * from t where a = $1 and b in ($2, 'x') and c = any($3) and d = -5", 'pg'), [
    where({ text: '$1', listed: false, before: '=', operator: '=', column: 'a' }),
    where({ text: '$2', listed: true, before: '(', operator: 'IN', column: 'b' }),
    where({ text: "'x'", listed: true, before: ',', operator: 'IN', column: 'b' }),
    where({ text: '$3', listed: true, before: '(', operator: '= ANY', column: 'c' }),
    where({ text: '5', listed: false, before: '-', operator: '=', column: 'd' }),
  ]);
  t.same(operands('select * from t where a in (select b from u where c = ?)', 'mysql'), [
    where({ text: '?', listed: false, before: '=', operator: '=', column: 'c', nested: true }),
  ]);
  t.end();
});

const PIECES =
  `select from where a b t ev_20240101 "Q" "q" \`x\` [y] 'str' 'it''s' "s" 1 -1 + - * / ( ) ( ) ( ) , , , . ; $1 ? ??
  :n @v :: ::int ::numeric(1,2) = <> != in in(1,2) in( any( array[ [ ] values values( row( null true is not default cast( as int
  union all limit offset 5 date interval time zone timestamp E'x' $$a$$ $f$ c /* */ -- # asc insert into update set with delete
  using join on field( unnest( savepoint fetch prepare execute close begin _utf8 ?| { \\ 0x1f .5 1e3 2fa key duplicate`.split(
    /\s+/,
  );
const DIALECTS = ['pg', 'mysql', 'sqlite', 'standard'] as const;

test('any text has a fingerprint, and the fingerprint of its text is itself', (t) => {
  const next = random(4);
  for (let i = 0; i < 20_000; i++) {
    let sql = '';
    for (let n = next() * 14; n > 0; n--) sql += pick(next, PIECES) + (next() < 0.8 ? ' ' : '');
    const dialect = pick(next, DIALECTS);
    const { id, text } = fingerprint(sql, dialect);
    const again = fingerprint(text, dialect);
    if (again.id !== id || again.text !== text)
      return t.fail('not its own', { dialect, sql, text, again: again.text });
  }
  for (let i = 0; i < 2000; i++) {
    let sql = '';
    for (let n = next() * 60; n > 0; n--)
      sql += String.fromCharCode(next() < 0.9 ? next() * 128 : next() * 65_536);
    for (const dialect of DIALECTS) {
      const { id, text } = fingerprint(sql, dialect);
      if (fingerprint(text, dialect).id !== id) return t.fail('not its own', { dialect, sql, text });
    }
  }
  t.pass('twenty thousand soups and two thousand noises');
  t.end();
});

test('a statement cut anywhere has a fingerprint', (t) => {
  for (const [sql] of PG)
    for (let at = 0; at < sql.length; at++) t.type(fingerprint(sql.slice(0, at), 'pg').text, 'string');
  for (const [sql] of MYSQL)
    for (let at = 0; at < sql.length; at++) t.type(fingerprint(sql.slice(0, at), 'mysql').text, 'string');
  t.end();
});

const LITERALS: Record<Dialect, string[]> = {
  pg: [
    "'x'",
    "''",
    "'it''s (1, 2'",
    '7',
    '-7',
    '.5',
    '1e9',
    'true',
    'NULL',
    '$3',
    "E'\\''",
    '$$ ; $$',
    "'C:\\'",
    '$9::int',
    "'x'::text",
  ],
  mssql: ["'x'", "N'x'", "'it''s'", '7', '-7', '.5', '1e9', 'null', '@p1', '0xff'],
  mysql: ["'x'", '"x"', "'\\''", '7', '-7', '0xff', 'false', 'null', '?', ':name', "_utf8mb4'x'", "'-- '"],
  sqlite: ["'x'", '7', '-7', 'null', '?', '?7', ':name', '@name', '$name', "x'00'"],
  standard: ["'x'", "'it''s'", '7', '-7', 'true', '?', '?7', '$1', ':name', '@p1', '$1::int', "'x'::text"],
};
const TEMPLATES = [
  'select * from t where a = # and b > # limit 5',
  'select * from t where a in (#, #, #) order by a',
  'insert into t (a, b) values (#, #)',
  'update t set a = #, b = # where c between # and #',
  'select coalesce(a, #), case when b = # then # else # end from t',
  'delete from t where a = # or (b = # and c <> #)',
];

test('values never change a fingerprint', (t) => {
  const next = random(7);
  for (const dialect of DIALECTS) {
    for (const template of TEMPLATES) {
      const want = fingerprint(template.replaceAll('#', '7'), dialect).id;
      for (let i = 0; i < 200; i++) {
        const sql = template.replaceAll('#', () => pick(next, LITERALS[dialect]));
        if (fingerprint(sql, dialect).id !== want)
          return t.fail('changed', { dialect, sql, text: text(sql, dialect) });
      }
    }
  }
  t.pass();
  t.end();
});

test('no nesting is too deep, and long texts stay distinguishable', (t) => {
  for (const unit of [
    '(',
    'in(',
    '[',
    'array[',
    'values(',
    'cast(',
    '/*',
    "'",
    '"',
    '$$',
    'case when ',
    'select(',
    'union ',
  ]) {
    t.type(fingerprint(unit.repeat(200_000), 'pg').id, 'string');
  }
  const long = (last: string) => `select ${'a, '.repeat(30_000)} b from t where c = ${last}`;
  t.equal(fingerprint(long('1'), 'pg').id, fingerprint(long('-22'), 'pg').id);
  t.not(fingerprint(long('1'), 'pg').id, fingerprint(`${long('1')} or d = 1`, 'pg').id);
  t.equal(fingerprint(fingerprint(long('1'), 'pg').text, 'pg').id, fingerprint(long('1'), 'pg').id);
  t.end();
});

import { test } from 'tap';
import type { Dialect } from '../../../src/domain/library.js';
import { functionsOf, loopRefusal, operatorsOf } from '../../../src/insight/rewrite/refusal.js';
import { distinctCalls, replacementsOf } from '../../../src/insight/rewrite/replacement.js';
import { templateOf } from '../../../src/insight/rewrite/template.js';
import type { ServerFacts } from '../../../src/insight/rewrite/types.js';

/** Statements for a loop over these parameters, the best first. */
function replaced(
  dialect: Dialect,
  name: string,
  params: unknown[][] = [[1], [2]],
  facts: Partial<ServerFacts> = {},
) {
  const template = templateOf(
    params.map((values) => ({ name, detail: { params: values } })),
    dialect,
  );
  const all = { hasLateral: dialect === 'pg', hasWindows: true, types: new Map(), isUnique: false, ...facts };
  return replacementsOf(template, all);
}

const best = (...args: Parameters<typeof replaced>) => replaced(...args)[0]?.sql;

test('SQLite has placeholders in a list, VALUES for pairs, and a window for the first rows', (t) => {
  t.equal(
    best('sqlite', 'SELECT * FROM items WHERE order_id = ?'),
    'SELECT * FROM items WHERE order_id IN (?, ?)',
  );
  t.equal(
    best('sqlite', 'SELECT * FROM items WHERE a = @a AND b = @b', [[{ a: 1, b: 2 }], [{ a: 3, b: 4 }]]),
    'SELECT * FROM items WHERE (a, b) IN (VALUES (?, ?), (?, ?))',
  );
  t.equal(
    best('sqlite', 'SELECT id FROM items WHERE order_id = ? ORDER BY id LIMIT 2'),
    'SELECT * FROM (SELECT id, order_id AS scooby_key_1, ROW_NUMBER() OVER (PARTITION BY order_id ORDER BY id) AS scooby_row FROM items WHERE order_id IN (?, ?)) AS scooby_rows WHERE scooby_row <= 2 ORDER BY scooby_row',
  );
  t.equal(
    best('sqlite', 'SELECT id FROM items WHERE name LIKE ?'),
    'SELECT id, scooby_call.call_number FROM (SELECT column1 AS call_number, column2 AS value_1 FROM (VALUES (1, ?), (2, ?))) AS scooby_call CROSS JOIN items WHERE name LIKE scooby_call.value_1',
  );
  t.end();
});

test('the order of a window has no numbers and no aliases', (t) => {
  const orderOf = (sql: string, dialect: Dialect = 'mysql') =>
    /PARTITION BY \S+ ORDER BY (.*?)\) AS scooby_row/.exec(best(dialect, sql) ?? '')?.[1];
  t.equal(orderOf('SELECT a, b FROM t WHERE c = ? ORDER BY 2 DESC, 1 LIMIT 1'), 'b DESC, a');
  t.equal(
    orderOf('SELECT a + 1 AS d, b * 2 m FROM t WHERE c = ? ORDER BY d, m DESC LIMIT 1'),
    'a + 1, b * 2 DESC',
  );
  t.equal(orderOf('SELECT a, b FROM t WHERE c = ? ORDER BY t.a, -b, lower(a) LIMIT 1'), 't.a, -b, lower(a)');
  t.equal(
    orderOf('SELECT *, b FROM t WHERE c = ? ORDER BY 2 LIMIT 1'),
    '2',
    'of * the columns are not known',
  );
  t.equal(orderOf('SELECT a FROM t WHERE c = ? ORDER BY 7 LIMIT 1'), '7');
  t.equal(orderOf('SELECT a AS x FROM t WHERE c > ? ORDER BY x LIMIT 1', 'sqlite'), 'a', 'of a join, too');
  t.end();
});

test('what a join cannot have, the calls one below the other have', (t) => {
  const kinds = (sql: string, params?: unknown[][]) => replaced('mysql', sql, params).map(({ kind }) => kind);
  t.same(kinds('SELECT a FROM t WHERE b = ? GROUP BY a WITH ROLLUP'), ['group', 'join', 'union']);
  t.same(kinds('SELECT a FROM t WHERE (a, b) IN (?)', [[[[1, 2]]], [[[3, 4]]]]), ['list', 'join', 'union']);
  t.end();
});

test('a LIMIT that execute() was given as a text is a number', (t) => {
  const [window] = replaced('mysql', 'SELECT a FROM t WHERE b = ? ORDER BY a LIMIT ? OFFSET ?', [
    ['x', '2', '1'],
    ['7', '2', '1'],
  ]);
  t.match(window, { sql: /scooby_row > 1 AND scooby_row <= 3/, values: [['x', '7']] });
  t.end();
});

test('what Prisma, Sequelize and TypeORM write is read', (t) => {
  t.match(
    replaced(
      'pg',
      'SELECT "public"."Item"."id", "public"."Item"."name" FROM "public"."Item" WHERE ("public"."Item"."orderId" = $1 AND 1=1) OFFSET $2',
      [
        [1, 0],
        [2, 0],
      ],
    ),
    [
      {
        kind: 'list',
        sql: 'SELECT "public"."Item"."id", "public"."Item"."name", "public"."Item"."orderId" FROM "public"."Item" WHERE "public"."Item"."orderId" = ANY($1) AND 1=1',
        values: [[1, 2]],
        keys: [-1],
        added: 1,
      },
      { kind: 'lateral' },
    ],
  );
  t.equal(
    best(
      'pg',
      'SELECT "id", "a" FROM "t" AS "T" WHERE "T"."id" = $1 LIMIT $2;',
      [
        [1, 1],
        [2, 1],
      ],
      { isUnique: true },
    ),
    'SELECT "id", "a" FROM "t" AS "T" WHERE "T"."id" = ANY($1)',
  );
  t.match(
    replaced(
      'pg',
      'SELECT "t"."id" AS "T_id", "t"."a" AS "T_a" FROM "t" "t" WHERE (("t"."id" = $1)) LIMIT 1',
      undefined,
      {
        isUnique: true,
      },
    ),
    [
      {
        sql: 'SELECT "t"."id" AS "T_id", "t"."a" AS "T_a" FROM "t" "t" WHERE "t"."id" = ANY($1)',
        keys: [0],
        added: 0,
      },
      {},
    ],
  );
  t.end();
});

test('a condition of several kinds is not torn apart', (t) => {
  const lateral = (sql: string) => t.equal(replaced('pg', sql)[0]?.kind, 'lateral', sql);
  lateral('select * from t where a = $1 or b = 2');
  lateral('select * from t where not a = $1');
  lateral('select * from t where a <> $1');
  lateral('select * from t where a = b + $1');
  lateral('select * from t where a in (select b from u where c = $1)');
  lateral('select * from t left join u on u.id = $1');
  lateral('select distinct on (a) * from t where b = $1 order by a');
  lateral('with x as (select * from t where a = $1) select * from x');
  t.equal(
    best('pg', 'select a from t where a is distinct from 3 and b between 1 and 2 and c = $1'),
    'SELECT a, c FROM t WHERE c = ANY($1) AND a is distinct from 3 AND b between 1 and 2',
  );
  t.same(replaced('pg', 'select * from t order by id limit 1 offset $1'), [], 'LIMIT takes no column');
  t.end();
});

test('calls of another form and repeated values are counted', (t) => {
  const calls = [[1], [2], [1]].map((params) => ({
    name: 'select * from t where a = $1',
    detail: { params },
  }));
  const template = templateOf([...calls, { name: 'select * from t where a is null', detail: {} }], 'pg');
  t.equal(template.others, 1);
  t.same(
    distinctCalls(template).map(([value]) => value!.value),
    [1, 2],
  );
  t.end();
});

test('what is refused is the form that is run, not that of the first call', (t) => {
  const calls = ['select a from t where b = $1', ...Array(2).fill('select lo_unlink(a) from t where b = $1')];
  const template = templateOf(
    calls.map((name, n) => ({ name, detail: { params: [n] } })),
    'pg',
  );
  t.match(loopRefusal(template), /lo_unlink\(\) does more/);
  t.end();
});

test('functions and operators that a server is asked about', (t) => {
  const { terms } = templateOf(
    [{ name: 'select "doIt"(a), notify(b), s.Up (c) from t where d == $1', detail: { params: [1] } }],
    'pg',
  );
  t.same(functionsOf(terms), ['doit', 'notify', 'up']);
  t.same(operatorsOf(terms), ['==', '=']);
  t.end();
});

test('what writes, locks or does more than read is refused', (t) => {
  const refused = (sql: string, pattern: RegExp, dialect: Dialect = 'pg') => {
    const template = templateOf([{ name: sql, detail: { params: [1] } }], dialect);
    t.match(loopRefusal(template) ?? 'tried', pattern, sql);
  };
  refused('update t set a = 1 where b = $1', /^This UPDATE writes/);
  refused('with x as (insert into t values ($1) returning a) select * from x', /^This INSERT writes/);
  refused('with x as (update t set a = $1 returning a) select * from x', /^This UPDATE writes/);
  refused('select * from t where a = $1 for no key update', /locks rows/);
  refused('select a into b from t where c = $1', /writes what it finds/);
  refused("select dblink_exec('x') from t where c = $1", /dblink_exec\(\) does more/);
  refused('select lo_unlink(a) from t where c = $1', /lo_unlink\(\) does more/);
  refused("select set_config('a', 'b', false), 1 from t where c = $1", /set_config\(\) does more/);
  refused('select 1 from t where c = $1; drop table t', /several statements/);
  refused("select * from t where a = ? into outfile '/tmp/x'", /writes what it finds/, 'mysql');
  refused('select * from t where a = ? lock in share mode', /locks rows/, 'mysql');
  refused('insert into t select * from u where a = ?', /writes/, 'mysql');
  refused('replace into t values (?)', /writes/, 'sqlite');
  refused('select group_replication_set_as_primary(?) from t where a = 1', /does more than to read/, 'mysql');
  refused('select next value for numbers from t where a = ?', /takes a number from a sequence/, 'mysql');
  refused('select replace(a, b, c), "update" from t where d = $1', /^tried$/);
  refused('show tables', /^Only a SELECT can be tried, and this is SHOW/);
  t.throws(
    () => templateOf([{ name: 'select /*!50000 1 */ from t where a = ?', detail: { params: [1] } }], 'mysql'),
    {
      message: /version comment/,
    },
  );
  t.end();
});

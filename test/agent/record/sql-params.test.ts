/** SQL: values of secret columns are masked in every shape of a statement, and no others. */

import { test } from 'tap';
import { maskNamedParams, maskParams, maskStatement } from '../../../src/agent/record/sql-params.cjs';

type Dialect = 'pg' | 'mysql' | 'sqlite';
const X = 'REDACTED';

const PARAMS: [Dialect, sql: string, values: unknown[], masked: unknown[]][] = [
  ['mysql', 'select 1 */* ? */ 2 from u where password = ? and a = ?', ['S', 'a'], [X, 'a']],
  ['mysql', 'select 1--- ?\n from u where password = ? and a = ?', ['S', 'a'], [X, 'a']],
  ['mysql', 'update u set /*!40101 password = ?, */ a = ?', ['S', 'a'], [X, 'a']],
  ['mysql', 'select 1 #> ?\n from u where password = ? and a = ?', ['S', 'a'], [X, 'a']],
  ['sqlite', "select [it's] from u where password = ? and a = ?", ['S', 'a'], [X, 'a']],
  ['pg', 'select 1 from u where password = $1 and a = $2', ['S', 'a'], [X, 'a']],
  ['pg', 'select 1 from u where password IN ($1)', ['S'], [X]],
  ['pg', 'select 1 from u where id = $2 and token = ANY($1)', [['S'], 5], [X, 5]],
  ['mysql', 'select 1 from u where token in (?) and a in (?)', [['S', 'S'], ['a']], [X, ['a']]],
  [
    'mysql',
    'select 1 from u where ??=? and ??=?',
    ['password', 'S', 'u.a', 'a'],
    ['password', X, 'u.a', 'a'],
  ],
  ['pg', 'select 1 from u where $1 = token and a = $2', ['S', 'a'], [X, 'a']],
  ['pg', 'update u set (a, password) = ($1, $2) where id = $3', ['a', 'S', 7], ['a', X, 7]],
  ['pg', 'insert into u (a, password) select $1, $2', ['a', 'S'], ['a', X]],
  [
    'pg',
    'insert into u (a, password) select * from unnest($1::text[], $2::text[])',
    [['a'], ['S']],
    [['a'], X],
  ],
  [
    'pg',
    'insert into u (a, password) select t.a, t.p from unnest($1::text[], $2::text[]) as t(a, password)',
    [['a'], ['S']],
    [['a'], X],
  ],
  ['pg', 'insert into u values ($1, $2, $3)', [1, 'S', true], [1, X, true]],
  ['pg', "select 1 -- don't\nfrom u where password = $1", ['S'], [X]],
  ['pg', "select 1 /* it's /* nested */ */ from u where password = $1", ['S'], [X]],
  ['mysql', "select 1 # it's\nfrom u where password = ?", ['S'], [X]],
  ['mysql', "select 1 from u where n = 'it\\'s' and password = ? and a = ?", ['S', 'a'], [X, 'a']],
  ['mysql', 'insert into u (a, password) values ?', [[['a', 'S']]], [[['a', X]]]],
  ['mysql', 'insert into u (a, password) values (?)', [['a', 'S']], [['a', X]]],
  [
    'mysql',
    'insert into u (??) values (?)',
    [
      ['a', 'pin'],
      ['a', 'S'],
    ],
    [
      ['a', 'pin'],
      ['a', X],
    ],
  ],
  ['mysql', 'insert into u set ?', [{ a: 'a', password: 'S' }], [{ a: 'a', password: X }]],
  ['mysql', 'update u set a = 5--? , password = ?', ['a', 'S'], ['a', X]],
  [
    'pg',
    'insert into u (a, pwd) values ($1, $2), ($3, $4) on conflict (a) do update set a = $5, pwd = $6',
    ['a', 'S', 'a', 'S', 'a', 'S'],
    ['a', X, 'a', X, 'a', X],
  ],
  [
    'pg',
    'update u set token = v.token from (values ($1, $2), ($3, $4)) as v(id, token) where u.id = v.id',
    [1, 'S', 2, 'S'],
    [1, X, 2, X],
  ],
  [
    'pg',
    'update u set password = case when id = $1 then $2 else $3 end where id in ($4)',
    [1, 'S', 'S', 4],
    [1, X, X, 4],
  ],
  ['pg', 'select 1 where (a, token) in (($1, $2), ($3, $4))', ['a', 'S', 'a', 'S'], ['a', X, 'a', X]],
  [
    'pg',
    'select 1 from u where lower(token) = lower($1) and (id = $2 or sid = $3)',
    ['S', 2, 'S'],
    [X, 2, X],
  ],
  ['pg', "update u set password = crypt($1, gen_salt('bf')) where id = $2", ['S', 2], [X, 2]],
  ['pg', "update u set d = jsonb_set(d, '{password}', $1) where d->>'otp' = $2", ['S', 'S'], [X, X]],
  ['pg', 'select 1 from u where token between $1 and $2 and a = $3', ['S', 'S', 'a'], [X, X, 'a']],
  ['pg', 'select 1 from tokens where id = $1 limit $2', [1, 20], [1, 20]],
  ['pg', 'insert into d (doc) values ($1)', ['{"a":1,"token":"S"}'], [`{"a":1,"token":"${X}"}`]],
  [
    'pg',
    'merge into u using (values ($1, $2)) as s(id, token) on u.id = s.id when not matched then insert (id, token) values ($3, $4)',
    [1, 'S', 2, 'S'],
    [1, X, 2, X],
  ],
  ['sqlite', 'select 1 from u where password = ?2 and id = ?1', [1, 'S'], [1, X]],
  ['pg', 'select 1 from c where code = $1 and key = $2', ['DE', 'theme'], ['DE', 'theme']],
  ['pg', 'select 1 from c where code = $1 and key = $2', ['839201', 'k9F2xQ'], [X, X]],
];

test('params of secret columns are masked in each shape of a statement', (t) => {
  for (const [dialect, sql, values, masked] of PARAMS) t.same(maskParams(sql, values, dialect), masked, sql);
  t.end();
});

test('named params are masked by their column and by their own name', (t) => {
  t.same(maskNamedParams('select 1 where password=@x and a = :a', { x: 'S', a: 'a' }, 'mysql'), {
    x: X,
    a: 'a',
  });
  t.same(maskNamedParams('select 1 where a = $token', { token: 'S' }, 'sqlite'), { token: X });
  t.same(maskNamedParams('insert into u values (:a, :b)', { a: 'a', b: 1 }, 'mysql'), { a: 'a', b: 1 });
  t.end();
});

const STATEMENTS: [Dialect, sql: string, masked: string][] = [
  ['pg', 'update u set password = $f1$S$f1$, a = 1', "update u set password = 'REDACTED', a = 1"],
  [
    'pg',
    "update u set d = date'2020\\', password = 'S'",
    "update u set d = date'2020\\', password = 'REDACTED'",
  ],
  ['sqlite', "select [it's] from u where password = 'S'", "select [it's] from u where password = 'REDACTED'"],
  ['mysql', "/*!40101 set password = 'S' */", "/*!40101 set password = 'REDACTED' */"],
  ['mysql', "select 1 #>'\n from u where pwd='S'", "select 1 #>'\n from u where pwd='REDACTED'"],
  [
    'pg',
    "select 1 from u where password = 'S' and a = 'a'",
    `select 1 from u where password = '${X}' and a = 'a'`,
  ],
  [
    'pg',
    "insert into u (a, pin) values ('a', 'S''s'), ('a', 4711)",
    `insert into u (a, pin) values ('a', '${X}'), ('a', '${X}')`,
  ],
  [
    'mysql',
    "insert into `u` (`id`,`password`,`a`) values (DEFAULT,'S\\'s',\"a\")",
    `insert into \`u\` (\`id\`,\`password\`,\`a\`) values (DEFAULT,'${X}',"a")`,
  ],
  ['mysql', 'select 1 from u where token = "S"', `select 1 from u where token = '${X}'`],
  [
    'pg',
    "select 1 from u where token = E'S\\'S' and a = 'a'",
    `select 1 from u where token = E'${X}' and a = 'a'`,
  ],
  ['pg', "select $$it's$$ from u where token = $x$S$x$", `select $$it's$$ from u where token = '${X}'`],
  ['pg', "create user bob with password 'S'", `create user bob with password '${X}'`],
  ['pg', "insert into u values (1, 'S')", `insert into u values (1, '${X}')`],
  ['pg', `update d set doc = '{"a":"a","token":"S"}'`, `update d set doc = '{"a":"a","token":"${X}"}'`],
  ['pg', "select 'Bearer a1b2c3d4e5'", `select 'Bearer ${X}'`],
  ['pg', "select 1 from u where token = 'S", `select 1 from u where token = '${X}'`],
  [
    'pg',
    'select token, password from sessions where id = 4711',
    'select token, password from sessions where id = 4711',
  ],
  ['pg', 'set session statement_timeout = 5000', 'set session statement_timeout = 5000'],
];

test('literals of secret columns are masked as params are', (t) => {
  for (const [dialect, sql, masked] of STATEMENTS) t.equal(maskStatement(sql, dialect), masked, sql);
  t.end();
});

test('the cost of a hostile statement is linear in its length', (t) => {
  // A quadratic step would take minutes for each of these statements.
  for (const part of [
    ...[
      '(',
      ')',
      '((token=',
      "'",
      '"',
      '`',
      '$$',
      '$a$',
      '/*',
      '*/',
      '--',
      '#',
      'token ',
      'token 1 ',
      'case ',
    ],
    ...[
      'insert into ',
      'values (',
      "'a',",
      ' as t(',
      'token = $1 and ',
      '?,',
      '??=',
      "->>'token'",
      'select ',
      ';',
    ],
  ]) {
    for (const dialect of ['pg', 'mysql', 'sqlite'] as const) {
      const sql = `insert into u (token) values ${part.repeat(120_000 / part.length)}`;
      t.type(maskStatement(sql, dialect), 'string', part);
    }
  }
  t.end();
});

test('the same text is read anew in each dialect', (t) => {
  const sql = String.raw`update users set name = 'a\', password = 'hunter2'`;
  maskStatement(sql, 'mysql');
  t.equal(maskStatement(sql, 'pg'), String.raw`update users set name = 'a\', password = 'REDACTED'`);
  t.end();
});

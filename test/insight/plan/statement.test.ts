import { test } from 'tap';
import type { Dialect } from '../../../src/domain/library.js';
import { explainRefusal } from '../../../src/insight/plan/statement.js';

const refusal = (sql: string, analyze = false, dialect: Dialect = 'pg') =>
  explainRefusal(sql, dialect, analyze);

test('statements with a plan', (t) => {
  for (const sql of [
    'select 1',
    'SELECT 1;',
    'SELECT 1; -- the end',
    "select ';' from t where a = 'x; drop table y'",
    'with a as (select 1) select * from a',
    'values (1), (2)',
    'insert into t values (1)',
    'update t set a = 1',
    'delete from t',
    'with gone as (delete from t returning *) select * from gone',
    'select * from t for update',
    'select pg_sleep(1)',
  ])
    t.equal(refusal(sql), undefined, sql);
  t.end();
});

test('statements without a plan', (t) => {
  for (const [sql, words] of [
    ['', /^This has no plan/],
    ['create table t (a int)', /^CREATE has no plan/],
    ['set search_path = x', /^SET has no plan/],
    ['begin', /^BEGIN has no plan/],
    ['commit', /^COMMIT has no plan/],
    ['call p()', /^CALL has no plan/],
    ["copy t from '/x'", /^COPY has no plan/],
    ['explain select 1', /^This statement asks for a plan itself/],
    ['select 1; drop table t', /^These are several statements/],
    ['select 1;;', /^These are several statements/],
    ["select E'\\'; drop table t; --'; select 2", /^These are several statements/],
    [`select '${'x'.repeat(20)}… (70000 characters)`, /only the beginning|Only the beginning.*70000/],
  ] as const)
    t.match(refusal(sql), words, sql);
  t.match(refusal('select 1 /*! ; drop table t */', false, 'mysql'), /several statements/);
  t.end();
});

test('statements that ANALYZE must not run', (t) => {
  const mysql = (sql: string) => refusal(sql, true, 'mysql');
  for (const sql of [
    'select a from t where b = 1',
    'select count(*), lower(a) from t',
    'table t',
    'values (1)',
  ])
    t.equal(refusal(sql, true), undefined, sql);
  t.equal(mysql('select `for`, `update` from t'), undefined);
  for (const [sql, words] of [
    ['update t set a = 1', /writes/],
    ['with gone as (delete from t returning *) select * from gone', /writes/],
    ['select * from t for update', /locks rows/],
    ['select * from t for no key update skip locked', /locks rows/],
    ['select * from t for key share', /locks rows/],
    ['select * into u from t', /writes what it finds/],
    ["select nextval('s')", /nextval\(\) does more than to read/],
    ['select pg_catalog.pg_sleep(5)', /pg_sleep\(\)/],
    ['select "pg_advisory_lock"(1)', /pg_advisory_lock/],
    ["select * from dblink('x', 'y') as t(a int)", /dblink\(\)/],
    ['select lo_unlink(1)', /lo_unlink\(\)/],
  ] as const)
    t.match(refusal(sql, true), words, sql);
  for (const [sql, words] of [
    ['select * from t lock in share mode', /locks rows/],
    ["select a into outfile '/x' from t", /writes what it finds/],
    ['select @a := 1', /sets a variable/],
    ["select get_lock('x', 1)", /get_lock\(\)/],
    ['select SLEEP (5)', /sleep\(\)/],
    ['select 1 /*!50000 from t for update */', /locks rows/],
  ] as const)
    t.match(mysql(sql), words, sql);
  t.end();
});

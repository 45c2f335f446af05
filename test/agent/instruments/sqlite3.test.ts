import { sqlite3Prebuilt } from '../../nodes.js';
import { type ExpectedSpan, testPrebuiltForms } from '../forms.js';

const one = (name: string, rows?: number, detail?: Record<string, unknown>): ExpectedSpan => ({
  name,
  ...(detail && { detail }),
  ...(rows !== undefined && { rows }),
});
const NOWHERE: ExpectedSpan = {
  name: 'select * from nowhere',
  error: 'SQLITE_ERROR: no such table: nowhere',
};
const INSERT = 'insert into users (name, password) values (?, ?)';

testPrebuiltForms('sqlite3', sqlite3Prebuilt, {
  run: [
    one(INSERT, 1, { params: ['ann', 'REDACTED'], insertId: 1 }),
    one(INSERT, 1, { params: ['bob', 'REDACTED'], insertId: 2 }),
    one('update users set name = $name', 2, { params: { name: 'cid' } }),
  ],
  named: [
    one('select id from users where name = $n and password = $p', 0, {
      params: { n: 'ann', p: 'REDACTED' },
    }),
  ],
  rows: [
    one('select id from users where id = ?', 1, { params: [1] }),
    one('select id from users', 2),
    one('select id, name from users', 2),
  ],
  each: [
    one('select id from users where id > ?', 2, { params: [0] }),
    one('select id from users order by id', 2),
  ],
  alone: [
    one("insert into users (name) values ('dan')", 1, { insertId: 3 }),
    one("delete from users where name = 'dan'; select 1"),
  ],
  exec: [one('create table things (id int)')],
  prepared: [
    one('select name from users where id = ?', 1, { params: [1] }),
    one('select name from users where id = ?', 1, { params: [2] }),
    one('select name from users where id = ?', 1, { params: [1] }),
    one('insert into users (name) values (?)', 1, { params: ['eve'], insertId: 3 }),
  ],
  bound: [
    one('select name from users where id = ?', 1, { params: [1] }),
    one('select name from users where id = ?', 1, { params: [2] }),
    one('select name from users where id = ?', 1, { params: [3] }),
    one('select name from users where id = ?', 1, { params: [3] }),
  ],
  serialized: [one('begin'), one('delete from users where id = ?', 0, { params: [99] }), one('commit')],
  inside: [one('select 2 as n', 1), one('select 1 as n', 1)],
  error: [
    NOWHERE,
    {
      ...one('insert into users (id) values (?)', undefined, { params: ['x'] }),
      error: 'SQLITE_MISMATCH: datatype mismatch',
    },
    NOWHERE,
    NOWHERE,
    NOWHERE,
  ],
  alarm: [NOWHERE, NOWHERE],
});

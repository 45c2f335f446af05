import { test } from 'tap';
import { libsql } from '../../../src/agent/instruments/libsql.cjs';
import { type ExpectedSpan, testForms } from '../forms.js';

const read = (name: string, rows?: number, detail: object = {}): ExpectedSpan => ({
  name,
  detail: { blocking: true, ...detail },
  ...(rows !== undefined && { rows }),
});
const far = (name: string, rows?: number, detail?: Record<string, unknown>): ExpectedSpan => ({
  name,
  ...(detail && { detail }),
  ...(rows !== undefined && { rows }),
});

testForms(
  '@libsql/client',
  () => ({
    execute: [
      read('select 1 as n', 1),
      read('insert into users (name, password) values (?, ?)', 1, {
        params: ['ann', 'REDACTED'],
        insertId: '1',
      }),
      read('select id from users where id = ?', 1, { params: [1] }),
      read('select id from users where password = $p', 1, { params: { p: 'REDACTED' } }),
    ],
    batch: [
      read('insert into users (name, password) values (?, ?);\nselect 1 as n', 2, {
        params: [['bob', 'REDACTED'], []],
      }),
    ],
    several: [read("delete from users where password = 'REDACTED'; select 1")],
    transaction: [
      read('BEGIN IMMEDIATE'),
      read('update users set name = ?', 2, { params: ['cid'] }),
      read('select 2 as n', 1),
      read('ROLLBACK'),
      read('BEGIN DEFERRED'),
      read('COMMIT'),
    ],
    error: [
      { ...read('select * from nowhere'), error: 'SQLITE_ERROR: no such table: nowhere' },
      { name: 'select * from nowhere', error: 'SQLITE_ERROR: no such table: nowhere' },
    ],
    remote: [far('select ? as n', 1, { params: [7] }), far('select 1 as n;\nselect 2 as n', 2)],
    remoteTransaction: [far('BEGIN IMMEDIATE'), far('select 3 as n', 1), far('COMMIT')],
    unhandled: [{ ...read('drop table nowhere'), error: 'SQLITE_ERROR: no such table: nowhere' }],
  }),
  'libsql-client',
);

test('statements of a batch are read without the getters of the app', (t) => {
  const read: string[] = [];
  const pair: unknown[] = Object.defineProperties([], {
    0: { get: () => read.push('sql'), enumerable: true },
    1: { get: () => read.push('args'), enumerable: true },
  });
  const { name } = libsql.describe({ self: {}, args: ['batch', [pair]], request: undefined } as never);
  t.same({ name, read }, { name: '<getter>', read: [] });
  t.end();
});

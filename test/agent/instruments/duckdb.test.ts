import { type ExpectedSpan, testForms } from '../forms.js';

const one = (name: string, rows?: number, params?: unknown): ExpectedSpan => ({
  name,
  ...(params !== undefined && { detail: { params } }),
  ...(rows !== undefined && { rows }),
});
const failed = (name: string, error: string, params?: unknown): ExpectedSpan => ({
  ...one(name, undefined, params),
  error,
});
const INSERT = 'insert into users values (?, ?, ?)';
const NAMED = 'select name from users where id = $id and password = $password';
const NOWHERE = 'Catalog Error: Table with name nowhere does not exist!\nDid you mean "pg_indexes"?';

testForms(
  '@duckdb/node-api',
  () => ({
    run: [
      one(INSERT, 1, [1, 'REDACTED', 'REDACTED']),
      one('select 1 as n union all select 2', 2),
      one('select id from users where password = $p', 1, { p: 'REDACTED' }),
      one('select 1 as n; select 3 as n', 1),
    ],
    read: [one('select 1 as n', 1), one('select ? as n', 1, [2]), one('select * from range(5000)', 5000)],
    stream: [one('select * from range(5000)', 5000), one('select ? as n', 1, [4])],
    pending: [
      one('select * from range(3) where range < ?', 2, [2]),
      one('select 5 as n', 1),
      { ...one('select * from range(3)', 3), running: true } as ExpectedSpan,
      one('select * from range(4)', 4),
    ],
    prepared: [
      one(INSERT, 1, [2, 'REDACTED', 'REDACTED']),
      one(INSERT, 1, [3, 'REDACTED', 'REDACTED']),
      one(NAMED, 1, { id: 2, password: 'REDACTED' }),
      one(NAMED, 0, { id: 2, password: 'REDACTED' }),
      one(NAMED, 0, { id: 2, password: 'REDACTED' }),
    ],
    extracted: [one('select 6 as n; select 7 as n', 1)],
    transaction: [one('begin', 0), one('update users set name = ?', 3, ['cid']), one('rollback', 0)],
    error: [
      failed('select * from nowhere', NOWHERE),
      failed('select * from nowhere where n = ?', NOWHERE, [1]),
      failed('selec', 'Parser Error: syntax error at or near "selec"'),
      failed(
        "select cast('x' as integer) where ? = 1",
        "Conversion Error: Could not convert string 'x' to INT32",
        [1],
      ),
    ],
    unhandled: [failed('drop table nowhere', NOWHERE)],
  }),
  'duckdb',
);

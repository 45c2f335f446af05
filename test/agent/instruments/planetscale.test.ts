import { type ExpectedSpan, testForms } from '../forms.js';

const one = (name: string, rows?: number, params?: unknown): ExpectedSpan => ({
  name,
  ...(params !== undefined && { detail: { params } }),
  ...(rows !== undefined && { rows }),
});
const NOWHERE: ExpectedSpan = { name: 'select * from nowhere', error: 'no such table' };

testForms(
  '@planetscale/database',
  () => ({
    client: [
      one('select ? as n', 1, [7]),
      one('select :n as n', 1, { n: 8 }),
      one('select 1 union select 2', 2),
    ],
    connection: [
      one('insert into users (name, password) values (?, ?), (?, ?)', 2, ['a', 'REDACTED', 'b', 'REDACTED']),
      one('select 3 as n from users where password = :password', 1, { password: 'REDACTED' }),
    ],
    transaction: [
      one('update users set name = ? where id = ?', 2, ['c', 1]),
      one('select 4 as n', 1),
      one('BEGIN', 0),
      one('COMMIT', 0),
    ],
    rollback: [one('BEGIN', 0), one('ROLLBACK', 0)],
    errors: [NOWHERE, { name: 'refused', error: 'access denied' }],
    unhandled: [NOWHERE],
  }),
  'planetscale',
);

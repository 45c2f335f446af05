import { type ExpectedSpan, testForms } from '../forms.js';

const one = (name: string, rows = 1, params?: unknown): ExpectedSpan => ({
  name,
  ...(params !== undefined && { detail: { params } }),
  rows,
});
const NOWHERE: ExpectedSpan = {
  name: 'select * from nowhere',
  error: '42P01: relation "nowhere" does not exist',
};

testForms(
  '@neondatabase/serverless',
  () => ({
    template: [
      one('select $1::int as n', 1, [7]),
      one('insert into users (id, password) values ($1, $2)', 0, [1, 'REDACTED']),
      one('select name from users where id = $1 and password = $2', 1, [1, 'REDACTED']),
    ],
    later: [one('select 1 as n')],
    handlers: [one('select 1 as n'), NOWHERE, one('select 1 as n')],
    query: [one('select $1::int as n', 1, [8]), one('select 1 union select 2', 2)],
    transaction: [
      one('select $1::int as n;\nselect 2 as n', 2, [[1], []]),
      one('select $1::int as n', 1, [[3]]),
    ],
    unhandled: [NOWHERE],
    pool: [one('select $1::int as n', 1, [9]), one('select 1 as n'), { name: 'begin' }, { name: 'commit' }],
    waiting: [one('select pg_sleep(0.05)'), { ...one('select 1 as late'), waited: true }],
    client: [one('select 1 as n'), NOWHERE],
    fetched: [one('select $1::int as n', 1, [5])],
  }),
  'neon',
);

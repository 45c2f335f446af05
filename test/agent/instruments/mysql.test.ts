import { type Told, testForms } from '../forms.js';

const one = (name: string, params?: unknown, rows = 1): Told[] => [
  { name, ...(params !== undefined && { detail: { params } }), rows },
];

const NOWHERE: Told[] = [
  {
    name: 'select * from nowhere',
    error: "ER_NO_SUCH_TABLE: Table 'test.nowhere' doesn't exist",
    detail: { sqlState: '42S02' },
  },
];

testForms('mysql', () => ({
  query: one('select ? as n', [7]),
  queryAlone: one('select 1 as one'),
  queryOptions: one('select ? as n', [8]),
  queryScalar: one('select ? as n', [9]),
  queryObject: one('select ? as n', [6]),
  poolQuery: one('select ? as n', [1]),
  insert: [
    ...one('insert into users set ?', { name: 'ann', password: 'REDACTED' }),
    ...one('update users set password = ? where name = ?', ['REDACTED', 'ann']),
  ],
  transaction: [
    ...one('START TRANSACTION', undefined, 0),
    ...one('insert into users (name) values ?', [[['bob'], ['cid']]], 2),
    ...one('ROLLBACK', undefined, 0),
    ...one('COMMIT', undefined, 0),
  ],
  events: one('select 1 as a union select 2', undefined, 2),
  poolEvents: one('insert into users (name) values (?)', ['dan']),
  failingEvents: NOWHERE,
  stream: one('select 1 as a union select 2 union select 3', undefined, 3),
  several: one('select 1 as a; select 2 as b; do 0', undefined, 2),
  procedure: one('call pair()', undefined, 2),
  error: NOWHERE,
  thrown: [{ name: '', error: "Cannot use 'in' operator to search for 'typeCast' in null" }],
  waiting: [{ ...one('select 1 as late')[0]!, waited: true }, ...one('select sleep(0.05) as slept')],
  waited: [
    ...one('select sleep(0.05) as slept'),
    { ...one('select 1 as late')[0]!, waited: true },
    ...one('select 2 as prompt'),
  ],
  cluster: [...one('select 5 as five'), ...one('select 6 as six')],
  noCluster: [
    { name: 'connect', error: 'POOL_NOEXIST: Pool does not exist.' },
    { name: 'select 1', error: 'POOL_NOEXIST: Pool does not exist.' },
  ],
  closed: [
    ...one('do 0', undefined, 0),
    {
      name: 'select 1',
      error: 'PROTOCOL_ENQUEUE_AFTER_DESTROY: Cannot enqueue Query after being destroyed.',
    },
    {
      name: 'select 2',
      error: 'PROTOCOL_ENQUEUE_AFTER_DESTROY: Cannot enqueue Query after being destroyed.',
    },
  ],
  lost: [...one('do 0', undefined, 0), { name: 'select sleep(5)', error: 'the network is gone' }],
  shape: [],
}));

import { type ExpectedSpan, testForms } from '../forms.js';

const oneSpan = (name: string, params?: unknown, rows = 1): ExpectedSpan[] => [
  { name, ...(params !== undefined && { detail: { params } }), rows },
];

const NOWHERE: ExpectedSpan[] = [
  {
    name: 'select * from nowhere',
    error: "ER_NO_SUCH_TABLE: Table 'test.nowhere' doesn't exist",
    detail: { sqlState: '42S02' },
  },
];

testForms('mysql', () => ({
  query: oneSpan('select ? as n', [7]),
  queryAlone: oneSpan('select 1 as one'),
  queryOptions: oneSpan('select ? as n', [8]),
  queryScalar: oneSpan('select ? as n', [9]),
  queryObject: oneSpan('select ? as n', [6]),
  poolQuery: oneSpan('select ? as n', [1]),
  insert: [
    {
      name: 'insert into users set ?',
      detail: { params: { name: 'ann', password: 'REDACTED' }, insertId: 1 },
      rows: 1,
    },
    ...oneSpan('update users set password = ? where name = ?', ['REDACTED', 'ann']),
  ],
  transaction: [
    ...oneSpan('START TRANSACTION', undefined, 0),
    ...oneSpan('insert into users (name) values ?', [[['bob'], ['cid']]], 2),
    ...oneSpan('ROLLBACK', undefined, 0),
    ...oneSpan('COMMIT', undefined, 0),
  ],
  events: oneSpan('select 1 as a union select 2', undefined, 2),
  poolEvents: oneSpan('insert into users (name) values (?)', ['dan']),
  failingEvents: NOWHERE,
  stream: oneSpan('select 1 as a union select 2 union select 3', undefined, 3),
  several: oneSpan('select 1 as a; select 2 as b; do 0', undefined, 2),
  procedure: oneSpan('call pair()', undefined, 2),
  error: NOWHERE,
  thrown: [{ name: '', error: "Cannot use 'in' operator to search for 'typeCast' in null" }],
  waiting: [{ ...oneSpan('select 1 as late')[0]!, waited: true }, ...oneSpan('select sleep(0.2) as slept')],
  waited: [
    ...oneSpan('select sleep(0.2) as slept'),
    { ...oneSpan('select 1 as late')[0]!, waited: true },
    ...oneSpan('select 2 as prompt'),
  ],
  cluster: [...oneSpan('select 5 as five'), ...oneSpan('select 6 as six')],
  noCluster: [
    { name: 'connect', error: 'POOL_NOEXIST: Pool does not exist.' },
    { name: 'select 1', error: 'POOL_NOEXIST: Pool does not exist.' },
  ],
  closed: [
    ...oneSpan('do 0', undefined, 0),
    {
      name: 'select 1',
      error: 'PROTOCOL_ENQUEUE_AFTER_DESTROY: Cannot enqueue Query after being destroyed.',
    },
    {
      name: 'select 2',
      error: 'PROTOCOL_ENQUEUE_AFTER_DESTROY: Cannot enqueue Query after being destroyed.',
    },
  ],
  lost: [...oneSpan('do 0', undefined, 0), { name: 'select sleep(5)', error: 'the network is gone' }],
  shape: [],
}));

import { type Told, testForms } from '../forms.js';

const one = (name: string, params?: unknown, rows = 1): Told[] => [
  { name, ...(params !== undefined && { detail: { params } }), rows },
];

const NOWHERE = {
  error: "ER_NO_SUCH_TABLE: Table 'test.nowhere' doesn't exist",
  detail: { sqlState: '42S02' },
};

const SYNTAX =
  'You have an error in your SQL syntax; check the manual that corresponds to your MariaDB server version for the right syntax to';

testForms('mysql2', (driver) => ({
  query: one('select ? as n', [7]),
  queryAlone: one('select 1 as one'),
  queryOptions: one('select ? as n', [8]),
  queryScalar: one('select ? as n', [9]),
  execute: one('select ? as n', ['x']),
  executeAlone: one('select 2 as two'),
  executeOptions: one('select ? as n', ['y']),
  poolQuery: one('select ? as n', [1]),
  poolExecute: one('select ? as n', ['z']),
  promise: [
    ...one('select ? as n', [3]),
    ...one('select ? as n', ['p']),
    ...one('select 1'),
    ...one('do 0', undefined, 0),
  ],
  insert: [
    ...one('insert into users set ?', { name: 'ann', password: 'REDACTED' }),
    ...one('update users set password = ? where name = ?', ['REDACTED', 'ann']),
  ],
  transaction: [
    ...one('START TRANSACTION', undefined, 0),
    ...one('insert into users (name) values ?', [[['bob'], ['cid']]], 2),
    ...one('ROLLBACK', undefined, 0),
    ...one('START TRANSACTION', undefined, 0),
    ...one('COMMIT', undefined, 0),
  ],
  events: one('select 1 as a union select 2', undefined, 2),
  executeEvents: one('select ? as a', ['e']),
  poolEvents: one('insert into users (name) values (?)', ['dan']),
  failingEvents: [{ name: 'select * from nowhere', ...NOWHERE }],
  stream: one('select 1 as a union select 2 union select 3', undefined, 3),
  prepared: [
    { name: 'PREPARE select ? + 0 as sum' },
    ...one('select ? + 0 as sum', [4]),
    ...one('select ? + 0 as sum', [5]),
    { name: 'PREPARE select ? + 1 as sum' },
    ...one('select ? + 1 as sum', [6]),
  ],
  named: [
    ...one('select id from users where name = :name and password = :word', { name: 'ann', word: 'REDACTED' }),
    ...one('select id from users where name = :name and password = :word', { name: 'ann', word: 'REDACTED' }),
  ],
  several: one('select 1 as a; select 2 as b; do 0', undefined, 2),
  procedure: one('call pair()', undefined, 2),
  rowsAsArray: one('select 1, 2 union select 3, 4', undefined, 2),
  error: [{ name: 'select * from nowhere', ...NOWHERE }],
  executeError: [{ name: 'select * from nowhere', ...NOWHERE }],
  rejection: [
    {
      name: 'selct 1',
      error: `ER_PARSE_ERROR: ${SYNTAX} use near 'selct 1' at line 1`,
      detail: { sqlState: '42000' },
    },
  ],
  thrown: [
    {
      name: 'select ?',
      detail: { params: [null] },
      error: 'Bind parameters must not contain undefined. To pass SQL NULL specify JS null',
    },
  ],
  waiting: [{ ...one('select 1 as late')[0]!, waited: true }, ...one('select sleep(0.05)')],
  waited: [
    ...one('select sleep(0.05)'),
    { ...one('select 1 as late')[0]!, waited: true },
    ...one('select 2 as prompt'),
  ],
  cluster: one('select 5 as five'),
  // Younger than 2.0.
  ...(driver === 'mysql2' && {
    clusterQuery: [...one('select 6 as six'), ...one('select 7 as seven')],
  }),
  noCluster: [
    {
      name: 'connect',
      error: driver === 'mysql2' ? 'POOL_NOEXIST: Pool does Not exist.' : 'Pool does Not exists.',
    },
  ],
  ping: [{ name: 'PING' }],
  unhandled: [
    {
      name: 'select * from nobody',
      error: "ER_NO_SUCH_TABLE: Table 'test.nobody' doesn't exist",
      detail: { sqlState: '42S02' },
    },
  ],
  closed: [
    ...one('do 0', undefined, 0),
    { name: 'select 1', error: "Can't add new command when connection is in closed state" },
    { name: 'select 2', error: 'the connection is closed' },
  ],
  lost: [
    ...one('do 0', undefined, 0),
    {
      name: 'select sleep(5)',
      error: 'PROTOCOL_CONNECTION_LOST: Connection lost: The server closed the connection.',
    },
  ],
  shape: [],
}));

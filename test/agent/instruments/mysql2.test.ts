import { type ExpectedSpan, testForms } from '../forms.js';

const oneSpan = (name: string, params?: unknown, rows = 1): ExpectedSpan[] => [
  { name, ...(params !== undefined && { detail: { params } }), rows },
];

const NOWHERE = {
  error: "ER_NO_SUCH_TABLE: Table 'test.nowhere' doesn't exist",
  detail: { sqlState: '42S02' },
};

const SYNTAX =
  'You have an error in your SQL syntax; check the manual that corresponds to your MariaDB server version for the right syntax to';

testForms('mysql2', (driver) => ({
  query: oneSpan('select ? as n', [7]),
  queryAlone: oneSpan('select 1 as one'),
  queryOptions: oneSpan('select ? as n', [8]),
  queryScalar: oneSpan('select ? as n', [9]),
  execute: oneSpan('select ? as n', ['x']),
  executeAlone: oneSpan('select 2 as two'),
  executeOptions: oneSpan('select ? as n', ['y']),
  poolQuery: oneSpan('select ? as n', [1]),
  poolExecute: oneSpan('select ? as n', ['z']),
  promise: [
    ...oneSpan('select ? as n', [3]),
    ...oneSpan('select ? as n', ['p']),
    ...oneSpan('select 1'),
    ...oneSpan('do 0', undefined, 0),
  ],
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
    ...oneSpan('START TRANSACTION', undefined, 0),
    ...oneSpan('COMMIT', undefined, 0),
  ],
  events: oneSpan('select 1 as a union select 2', undefined, 2),
  executeEvents: oneSpan('select ? as a', ['e']),
  poolEvents: oneSpan('insert into users (name) values (?)', ['dan']),
  failingEvents: [{ name: 'select * from nowhere', ...NOWHERE }],
  stream: oneSpan('select 1 as a union select 2 union select 3', undefined, 3),
  prepared: [
    { name: 'PREPARE select ? + 0 as sum' },
    ...oneSpan('select ? + 0 as sum', [4]),
    ...oneSpan('select ? + 0 as sum', [5]),
    { name: 'PREPARE select ? + 1 as sum' },
    ...oneSpan('select ? + 1 as sum', [6]),
  ],
  named: [
    ...oneSpan('select id from users where name = :name and password = :word', {
      name: 'ann',
      word: 'REDACTED',
    }),
    ...oneSpan('select id from users where name = :name and password = :word', {
      name: 'ann',
      word: 'REDACTED',
    }),
  ],
  several: oneSpan('select 1 as a; select 2 as b; do 0', undefined, 2),
  procedure: oneSpan('call pair()', undefined, 2),
  rowsAsArray: oneSpan('select 1, 2 union select 3, 4', undefined, 2),
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
  waiting: [{ ...oneSpan('select 1 as late')[0]!, waited: true }, ...oneSpan('select sleep(0.2)')],
  waited: [
    ...oneSpan('select sleep(0.2)'),
    { ...oneSpan('select 1 as late')[0]!, waited: true },
    ...oneSpan('select 2 as prompt'),
  ],
  cluster: oneSpan('select 5 as five'),
  // Added after 2.0.
  ...(driver === 'mysql2' && {
    clusterQuery: [...oneSpan('select 6 as six'), ...oneSpan('select 7 as seven')],
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
    ...oneSpan('do 0', undefined, 0),
    { name: 'select 1', error: "Can't add new command when connection is in closed state" },
    { name: 'select 2', error: 'the connection is closed' },
  ],
  lost: [
    ...oneSpan('do 0', undefined, 0),
    {
      name: 'select sleep(5)',
      error: 'PROTOCOL_CONNECTION_LOST: Connection lost: The server closed the connection.',
    },
  ],
  shape: [],
}));

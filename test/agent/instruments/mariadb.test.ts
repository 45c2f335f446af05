import { type ExpectedSpan, testForms } from '../forms.js';

const oneSpan = (name: string, params?: unknown, rows: number | undefined = 1): ExpectedSpan[] => [
  { name, ...(params !== undefined && { detail: { params } }), ...(rows !== undefined && { rows }) },
];
const failed = (name: string, error: string, sqlState: string): ExpectedSpan => ({
  name,
  error,
  detail: { sqlState },
});
const nowhere = failed(
  'select * from nowhere',
  "ER_NO_SUCH_TABLE: Table 'test.nowhere' doesn't exist",
  '42S02',
);
const nonsense = failed(
  'selec',
  "ER_PARSE_ERROR: You have an error in your SQL syntax; check the manual that corresponds to your MariaDB server version for the right syntax to use near 'selec' at line 1",
  '42000',
);
const LISTS = 'select 1 as a, 2 as b union select 3, 4';
const INSERT = 'insert into users (name) values (?)';

testForms('mariadb', () => ({
  query: oneSpan('select ? as n', [7]),
  scalar: oneSpan('select ? as n', [8]),
  options: oneSpan('select ? as n', [9]),
  lists: [
    ...Array(3).fill(oneSpan(LISTS, undefined, 2)[0]),
    ...oneSpan(`${LISTS}; ${LISTS}; do 0`, undefined, 4),
    ...oneSpan(`${LISTS}; ${LISTS}`, undefined, 4),
    ...oneSpan('do 0', undefined, 0),
  ],
  callbackLists: Array(2).fill(oneSpan(LISTS, undefined, 2)[0]),
  named: oneSpan('select :n as n', { n: 4 }),
  execute: oneSpan('select ? as n', ['x']),
  ticks: Array(3).fill(oneSpan('select 1 as n')[0]),
  insert: [
    {
      name: 'insert into users (name, password) values (?, ?)',
      ...{ detail: { params: ['ann', 'REDACTED'], insertId: '1' }, rows: 1 },
    },
    ...oneSpan(
      'insert into users (name, password) values (?, ?)',
      [
        ['bob', 'REDACTED'],
        ['cid', 'REDACTED'],
      ],
      2,
    ),
    ...oneSpan('update users set password = ? where name = ?', ['REDACTED', 'ann']),
  ],
  transaction: [
    ...oneSpan('START TRANSACTION', undefined, 0),
    ...oneSpan('select count(*) as n from users'),
    ...oneSpan(INSERT, [['dan'], ['eve'], ['fay']], 3),
    ...oneSpan('ROLLBACK', undefined, 0),
    ...oneSpan('do 0', undefined, 0),
  ],
  several: oneSpan('select 1 as a; select 2 as b; do 0', undefined, 2),
  stream: oneSpan('select 1 as a union select 2 union select 3', undefined, 3),
  flowing: oneSpan('select 1 as a union select 2', undefined, 2),
  prepared: [5, 6, 7].flatMap((n) => oneSpan('select ? as n', [n])),
  error: [nowhere, nonsense, nonsense, nowhere],
  unhandled: [
    failed('select * from unhandled', "ER_NO_SUCH_TABLE: Table 'test.unhandled' doesn't exist", '42S02'),
  ],
  waiting: [{ ...oneSpan('select 1 as late')[0]!, waited: true }, ...oneSpan('select sleep(0.2) as slept')],
  waited: [
    ...oneSpan('select sleep(0.2) as slept'),
    { ...oneSpan('select 1 as late')[0]!, waited: true },
    ...oneSpan('select 2 as prompt'),
  ],
  cluster: [...oneSpan('select 5 as five'), ...oneSpan('select 6 as six')],
  callback: oneSpan('select ? as n', [1]),
  callbackAlone: oneSpan('select 2 as n'),
  callbackExecute: oneSpan('select ? as n', [3]),
  callbackError: [nowhere],
  callbackBatch: oneSpan(INSERT, [['gil'], ['hal']], 2),
  callbackConnection: [
    ...oneSpan('START TRANSACTION', undefined, 0),
    { name: INSERT, detail: { params: ['ian'], insertId: '11' }, rows: 1 },
    { name: 'ROLLBACK' },
  ],
  events: oneSpan('select 1 as a union select 2', undefined, 2),
  alone: [...oneSpan('select 1 as nobody'), ...oneSpan('do 0', undefined, 0)],
  closed: [
    failed('select 1', 'ER_CMD_CONNECTION_CLOSED: Cannot execute new commands: connection closed', '08S01'),
  ],
}));

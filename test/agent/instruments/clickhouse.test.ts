import { type ExpectedSpan, testForms } from '../forms.js';

const read = (name: string, rows: number | undefined, bytes: number, detail: object = {}): ExpectedSpan[] => [
  { name, detail: { ...detail, bytes }, ...(rows !== undefined && { rows }) },
];
const all = read('select n from t', 2, 16);
const UNKNOWN = "60: Unknown table expression identifier 'nowhere'. ";

testForms(
  '@clickhouse/client',
  () => ({
    // How many rows such a text has is not read.
    json: read('select 1 as n', undefined, 27),
    rows: all,
    params: read(
      'select n from t where n = {n: UInt32} and p = {password: String} and token = {p: String}',
      2,
      16,
      { params: { n: 7, password: 'REDACTED', p: 'REDACTED' } },
    ),
    stream: all,
    iterated: all,
    closed: [{ name: 'select n from t' }],
    insert: [{ name: 'INSERT INTO t FORMAT JSONEachRow', rows: 3 }],
    command: [{ name: 'create table t (n UInt32)' }, { name: 'select 1', rows: 0 }],
    error: [
      { name: 'select * from nowhere', error: UNKNOWN },
      { name: 'select 1', error: 'connect ECONNREFUSED 127.0.0.1:1' },
    ],
    unhandled: [{ name: 'drop table nowhere', error: UNKNOWN }],
  }),
  'clickhouse',
);

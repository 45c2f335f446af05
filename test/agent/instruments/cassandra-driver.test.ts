import { type ExpectedSpan, testForms } from '../forms.js';

const one = (name: string, rows?: number, params?: unknown): ExpectedSpan => ({
  name,
  ...(params !== undefined && { detail: { params } }),
  ...(rows !== undefined && { rows }),
});
const SELECT = 'select n from t where n = ?';
const INSERT = 'insert into users (id, name, password) values (?, ?, ?)';
const nowhere = (name = 'select * from nowhere', params?: unknown): ExpectedSpan => ({
  ...one(name, undefined, params),
  error: `no such table: ${name}`,
});

testForms('cassandra-driver', () => ({
  execute: [
    one(SELECT, 1, [7]),
    one('select 1 as n', 1),
    one('select n from t where n = :n', 1, { n: 8 }),
    one(INSERT, undefined, [1, 'ann', 'REDACTED']),
  ],
  callback: [one('select 1 as n', 1), one(SELECT, 1, [7]), nowhere()],
  batch: [
    one(`${INSERT};\ndelete from users where id = 1`, undefined, [[2, 'bob', 'REDACTED'], []]),
    one(INSERT, undefined, [[2, 'bob', 'REDACTED']]),
  ],
  pages: [one('select n from pages', 2), one('select n from pages', 2)],
  eachRow: [one(SELECT, 1, [9])],
  mapper: [one(SELECT, 1, [6])],
  stream: [one(SELECT, 1, [5])],
  concurrent: [one(INSERT, undefined, [3, 'cid', 'REDACTED'])],
  error: [
    nowhere(),
    nowhere('select * from nowhere where n = ?', [1]),
    { name: '', error: 'Queries array should not be empty' },
  ],
  unhandled: [nowhere()],
}));

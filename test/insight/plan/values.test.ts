import { test } from 'tap';
import { recordedValues } from '../../../src/insight/plan/values.js';
import { aSpan } from '../../factory.js';

const of = (params: unknown) => recordedValues(aSpan({ detail: { params } }), 'pg');

test('values are passed on unchanged, bytes as bytes', (t) => {
  t.same(of([1, 'a', null, true, [1, 'b'], { a: 'c' }, '<2 bytes 0aff>', '2024-01-01T00:00:00.000Z']), {
    values: [1, 'a', null, true, [1, 'b'], { a: 'c' }, { bytes: '0aff' }, '2024-01-01T00:00:00.000Z'],
    missing: [],
  });
  t.same(of({ id: 7, name: 'x' }), { values: { id: 7, name: 'x' }, missing: [] });
  t.same(recordedValues(aSpan({ detail: {} }), 'pg'), { missing: [] });
  t.end();
});

test('masked and cut values are named', (t) => {
  t.same(
    of([
      'REDACTED',
      'aaa… (9000 characters)',
      '<40 bytes 00…>',
      ['a', '<Object>'],
      { a: 1, '…': '201 keys' },
    ]),
    {
      values: [null, null, null, ['a', null], null],
      missing: ['$1', '$2', '$3', '$4', '$5'],
    },
  );
  t.same(of({ password: 'REDACTED', id: 1 }), { values: { password: null, id: 1 }, missing: [':password'] });
  t.end();
});

test('dates for MySQL are passed on as its drivers send them', (t) => {
  const at = new Date(2026, 10, 22, 9, 5, 7, 89).toISOString();
  const of = (name: string, params: unknown) =>
    recordedValues(aSpan({ library: 'mysql2', name, detail: { params } }), 'mysql');
  t.same(of('select ?, ?', [at, 'REDACTED']), {
    values: ['2026-11-22 09:05:07.089', null],
    missing: ['value 2'],
  });
  t.same(of('select :at', { at }), { values: { at: '2026-11-22 09:05:07.089' }, missing: [] });
  t.end();
});

test('a LIMIT that execute() was given as a text is a number, and nothing else is', (t) => {
  const name = 'select a from t where b = ? order by c limit ?, ? -- limit';
  const params = ['1', '20', '10'];
  t.same(recordedValues(aSpan({ library: 'mysql2', name, detail: { params } }), 'mysql').values, [
    '1',
    20,
    10,
  ]);
  const inner = 'select a from (select a from t limit ?) u where b = ?';
  t.same(recordedValues(aSpan({ name: inner, detail: { params: ['3', '4'] } }), 'mysql').values, [3, '4']);
  t.same(recordedValues(aSpan({ name: inner, detail: { params: ['x', '4'] } }), 'mysql').values, ['x', '4']);
  t.end();
});

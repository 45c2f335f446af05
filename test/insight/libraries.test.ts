import { test } from 'tap';
import type { Trace } from '../../src/domain/trace.js';
import { dialectOf, libraryOf } from '../../src/insight/libraries.js';
import { fingerprint } from '../../src/insight/sql/fingerprint.js';
import { packTrace, unpackTrace } from '../../src/store/document.js';
import { aSpan, aTrace } from '../factory.js';

test('facts of a library come from the trace; other libraries have none', (t) => {
  const trace = { libraries: { pg: { dialect: 'mysql' }, redis: { version: '1.6.0' } } } as const;
  t.equal(dialectOf(trace, 'pg'), 'mysql');
  t.same(libraryOf(trace, 'redis'), { version: '1.6.0' });
  for (const name of ['tedious', 'mysql2', 'constructor', '__proto__']) {
    t.same(libraryOf(trace, name), {});
    t.equal(dialectOf(trace, name), 'standard');
  }
  t.end();
});

test('a document stored without libraries has those of its time', (t) => {
  const { libraries } = unpackTrace(packTrace(aTrace({ spans: [aSpan()] })), (trace) => trace as Trace);
  t.equal(libraries, undefined);
  const dialect = (name: string) => dialectOf({}, name);
  t.same(['pg', 'postgres', 'mysql', 'mysql2', 'better-sqlite3'].map(dialect), [
    'pg',
    'pg',
    'mysql',
    'mysql',
    'sqlite',
  ]);
  t.equal(libraryOf({}, 'pg').explain, 'postgres');
  t.equal(dialect('tedious'), 'standard');
  t.end();
});

test('the standard dialect reads any placeholder as a value, and no string as a name', (t) => {
  const text = (sql: string) => fingerprint(sql, 'standard').text;
  for (const value of ['7', "'a''b'", "'c\\'", '?', '?1', '$1', ':name', '@p1', '$name', '$1::int'])
    t.equal(text(`SELECT a FROM "Users" WHERE b = ${value} -- why`), 'SELECT a FROM users WHERE b = ?');
  t.equal(text('SELECT `a` FROM s.t WHERE b = 1'), 'SELECT a FROM s.t WHERE b = ?');
  t.end();
});

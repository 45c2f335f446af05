import { test } from 'tap';
import type { Trace } from '../../src/domain/trace.js';
import {
  dialectOf,
  importRefusal,
  libraryOf,
  plannerNameOf,
  withoutPlanners,
} from '../../src/insight/libraries.js';
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

test('attacker: an imported request, whose statements would be read as another server reads them', (t) => {
  const libraries: Trace['libraries'] = { pg: { dialect: 'mysql', explain: 'postgres' } };
  t.equal(plannerNameOf({ libraries }, 'pg'), undefined);
  t.equal(plannerNameOf({ libraries: { pg: { dialect: 'pg', explain: 'postgres' } } }, 'pg'), 'postgres');
  t.equal(plannerNameOf({}, 'mysql2'), 'mysql');
  const imported = { libraries: withoutPlanners({ spans: [{ library: 'pg' }] }) };
  t.equal(plannerNameOf(imported, 'pg'), undefined);
  t.match(importRefusal(imported, 'pg'), /was imported/);
  t.equal(importRefusal(imported, 'better-sqlite3'), undefined);
  t.same(withoutPlanners({ libraries, spans: [] }), { pg: { dialect: 'mysql' } });
  t.end();
});

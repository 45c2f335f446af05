import { test } from 'tap';
import { timeOf, totalsOf } from '../../src/domain/trace.js';
import { aSpan } from '../factory.js';

test('calls that ran at once count once in the time of a request', (t) => {
  const { sql } = totalsOf(
    [1, 2, 3].map((start) => aSpan({ start, duration: 10 })),
    20,
  );
  t.same(sql, { count: 3, ms: 30, busy: 12 });
  t.equal(timeOf(sql!), 12);
  t.end();
});

test('calls one after the other have no time but their sum', (t) => {
  const { sql } = totalsOf(
    [1, 11].map((start) => aSpan({ start, duration: 8, wait: 2 })),
    30,
  );
  t.same(sql, { count: 2, ms: 16, wait: 4 });
  t.equal(timeOf(sql!), 16);
  t.end();
});

test('twenty queries in the queue of one client fit into their request', (t) => {
  const spans = Array.from({ length: 20 }, (_, n) => aSpan({ start: 0, wait: n * 10, duration: 10 }));
  const { sql } = totalsOf(spans, 200);
  t.same(sql, { count: 20, ms: 200, wait: 1900, busy: 200, waiting: 190 });
  t.equal(timeOf(sql!), 200);
  t.end();
});

test('what goes on after the response is not its time', (t) => {
  const { sql } = totalsOf([aSpan({ start: 5, duration: 100 })], 25);
  t.same(sql, { count: 1, ms: 100, busy: 20 });
  t.equal(timeOf(sql!), 20);
  t.end();
});

test('log lines take no time', (t) => {
  const { log } = totalsOf(
    [1, 1].map((start) => aSpan({ kind: 'log', start, duration: 1 })),
    10,
  );
  t.same(log, { count: 2, ms: 2 });
  t.end();
});

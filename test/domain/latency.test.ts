import { test } from 'tap';
import { formatLatencies, latencyOf, parseLatencies } from '../../src/domain/latency.js';

test('latencies are read by kind, by library, or for all', (t) => {
  t.same(parseLatencies('2ms'), { all: 2 });
  t.same(parseLatencies('sql=2ms, cache=500us,http=.5'), undefined);
  t.same(parseLatencies('sql=2ms, cache=500us,http=0.5'), { sql: 2, cache: 0.5, http: 0.5 });
  t.same(parseLatencies('1s,pg=5'), { all: 1000, pg: 5 });
  for (const text of ['', 'sql', 'sql=', '=2', '2m', '-1', 'sql=1,sql=2', '1e9', '61s', '__proto__=1'])
    t.equal(parseLatencies(text), undefined, text);
  t.end();
});

test('they are written as they are read', (t) => {
  for (const text of ['2ms', 'sql=2ms,cache=0.5ms', '1000ms,pg=5ms'])
    t.equal(formatLatencies(parseLatencies(text)!), text);
  t.end();
});

test('a library comes before its kind, and that before all', (t) => {
  const latencies = { all: 1, sql: 2, pg: 3 };
  t.same(
    [
      ['sql', 'pg'],
      ['sql', 'mysql2'],
      ['cache', 'redis'],
    ].map(([kind, library]) => latencyOf(latencies, kind!, library!)),
    [3, 2, 1],
  );
  t.equal(latencyOf({ sql: 2 }, 'cache', 'constructor'), 0);
  t.end();
});

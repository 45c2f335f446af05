import { test } from 'tap';
import { parseLatencies } from '../../../src/domain/latency.js';
import type { RecordedTrace } from '../../../src/domain/trace.js';
import { finishTrace } from '../../../src/insight/judge.js';
import { whatIf } from '../../../src/insight/win/what-if.js';
import { whatIfText } from '../../../src/insight/win/what-if-text.js';
import { Story, upTo } from '../story.js';

const USER = 'SELECT * FROM users WHERE id = $1';
const at = 'src/orders.js:47 listOrders';
const list = (rows: number, options = {}) =>
  new Story(options).sql('SELECT id, user_id FROM orders', { rows, at: 'src/orders.js:31 listOrders' });
const loop = (n = 50) => list(n).each(upTo(n), (s, id) => s.sql(USER, { params: [id], rows: 1, at }));

function ask(recorded: RecordedTrace, latency: string): string {
  const trace = finishTrace(
    { ...recorded, spans: recorded.spans.map((span) => ({ ...span })) },
    () => undefined,
  );
  return whatIfText(trace, whatIf(trace, parseLatencies(latency)!)!);
}

test('each of the calls that follow one another adds the latency', (t) => {
  t.equal(
    ask(loop().trace(), '2ms'),
    'with a database 2ms away this page takes 59 → 161ms; after the fix 9.2ms',
  );
  t.equal(
    ask(loop().sql('COMMIT', { at }).trace(), 'pg=0.5ms'),
    'with a database 0.5ms away this page takes 60 → 86ms; after the fix 7.8ms',
  );
  t.end();
});

test('calls at once add it once, and on a pool once a turn', (t) => {
  const atOnce = list(10).all(upTo(10), (s, id) => s.sql(USER, { params: [id], rows: 1, at }));
  t.match(ask(atOnce.trace(), '10ms'), 'this page takes 5.4 → 25ms');
  const onPool = list(50).all(upTo(50), (s, id) =>
    s.sql(USER, { params: [id], rows: 1, at, ms: 20, wait: Math.floor((id - 1) / 10) * 20 }),
  );
  // One for the list, five for the turns of the pool.
  t.match(ask(onPool.trace(), '10ms'), 'this page takes 105 → 165ms;');
  t.end();
});

test('what is on the machine adds nothing', (t) => {
  const local = new Story({ library: 'better-sqlite3' })
    .each(upTo(9), (s, id) => s.sql('SELECT * FROM a WHERE b = ?', { params: [id], at }))
    .block({ ms: 9, at });
  t.match(
    ask(local.trace({ libraries: { 'better-sqlite3': { dialect: 'sqlite' } } }), '2ms'),
    /^this page calls nothing that could be further away: it takes \d+ms$/,
  );
  t.end();
});

test('kinds have latencies of their own, and are named', (t) => {
  const story = list(3).cache('get a', { at }).http('GET http://api/rates', { at });
  t.equal(
    ask(story.trace(), 'sql=2ms,cache=1ms,http=20ms'),
    'with a database 2ms, a cache 1ms and an HTTP server 20ms away this page takes 6.3 → 29ms',
  );
  t.equal(
    ask(story.trace(), '2ms'),
    'with a database, a cache and an HTTP server 2ms away this page takes 6.3 → 12ms',
  );
  t.end();
});

test('a connection is opened in several round trips, and a statement prepared in one more', (t) => {
  const opened = new Story().sql('SELECT a FROM b', { at, wait: 5, detail: { connection: 7, opened: true } });
  t.match(ask(opened.trace(), '10ms'), /takes 9\.1 → 59ms$/, 'five');
  const wait = { at, wait: 5, detail: { connection: 7, opened: true } };
  for (const library of ['mysql', 'mysql2', 'mariadb'])
    t.match(
      ask(new Story({ library }).sql('SELECT a FROM b', wait).trace(), '10ms'),
      /takes 9\.1 → 49ms$/,
      library,
    );
  const prepared = new Story().sql('SELECT a FROM b', { at, detail: { prepares: true } });
  t.match(ask(prepared.trace(), '10ms'), /takes 4\.1 → 24ms$/);
  t.end();
});

test('of several findings the first is fixed, and all', (t) => {
  const trace = loop(20)
    .each(upTo(10), (s, id) => s.http(`GET http://api/rates/${id}`, { at: 'src/rates.js:3 rates' }))
    .trace();
  t.equal(
    ask(trace, '5ms'),
    'with a database and an HTTP server 5ms away this page takes 37 → 192ms; after the first fix 76ms, after all 21ms',
  );
  t.end();
});

test('a request that did not end has no what-if', (t) => {
  const { duration: _, ...trace } = loop().trace();
  t.equal(whatIf({ ...trace, spans: [], findings: [] }, { all: 2 }), undefined);
  t.end();
});

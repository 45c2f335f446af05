import { test } from 'tap';
import type { RecordedTrace, Trace } from '../../../src/domain/trace.js';
import { finishTrace } from '../../../src/insight/judge.js';
import { winsOf } from '../../../src/insight/win/wins.js';
import { Story, upTo } from '../story.js';

const USER = 'SELECT * FROM users WHERE id = $1';
const LIST = 'SELECT id, user_id FROM orders';
const at = 'src/orders.js:47 listOrders';
const list = (rows: number, ms = 1) => new Story().sql(LIST, { rows, ms, at: 'src/orders.js:31 listOrders' });

const FINDING: Trace['findings'][number] = {
  id: '0',
  kind: 'n+1',
  severity: 'high',
  message: '',
  spans: [],
  ms: 0,
  confidence: 1,
  reasons: [],
};

/** Kind and win of each finding, and the request's duration. */
function won(
  recorded: RecordedTrace,
): [duration: number, ...wins: [kind: string, win: number | undefined][]] {
  const spans = recorded.spans.map((span) => ({ ...span }));
  const trace = finishTrace({ ...recorded, spans }, () => undefined);
  return [
    Math.round(trace.duration! * 10) / 10,
    ...trace.findings.map(({ kind, win }): [string, number | undefined] => [
      kind,
      win === undefined ? undefined : Math.round(win * 10) / 10,
    ]),
  ];
}

test('a loop wins its calls but one, and not the code between them', (t) => {
  // 1 ms before the first call, 0.1 ms after each call, 2 ms to the end.
  const trace = list(50)
    .each(upTo(50), (s, id) => s.sql(USER, { params: [id], rows: 1, at }))
    .trace();
  t.same(won(trace), [59.1, ['n+1', 53.9]], 'with the tenth of a ms that each call takes beside itself');
  const withCode = list(50)
    .each(upTo(50), (s, id) => s.idle(3).sql(USER, { params: [id], rows: 1, at }))
    .trace();
  t.same(won(withCode), [209.1, ['n+1', 53.9]], 'the code stays');
  t.end();
});

test('a loop at once wins nothing, and on a pool all its turns but one', (t) => {
  const atOnce = list(50)
    .all(upTo(50), (s, id) => s.sql(USER, { params: [id], rows: 1, at, ms: 5 }))
    .trace();
  t.same(won(atOnce), [10.2, ['n+1-parallel', 0]]);
  const onPool = list(50)
    .all(upTo(50), (s, id) =>
      s.sql(USER, { params: [id], rows: 1, at, ms: 20, wait: Math.floor((id - 1) / 10) * 20 }),
    )
    .trace();
  t.same(won(onPool), [105.2, ['n+1-parallel', 80]]);
  t.end();
});

test('what runs beside another call wins only what that does not cover', (t) => {
  const beside = (ms: number) => {
    const story = list(20);
    const start = story.now;
    story.http('GET http://api/rates', { ms, at: ['src/rates.js:3 rates', 'src/orders.js:40 listOrders'] });
    story.now = start + 0.02;
    story.each(upTo(20), (s, id) => s.sql(USER, { params: [id], rows: 1, at }));
    story.now = Math.max(story.now, start + ms);
    return story.sql('SELECT 1 FROM totals WHERE a = $1', { params: [1], at: 'src/orders.js:60 listOrders' });
  };
  t.same(won(beside(100).trace()), [105.2, ['n+1', 0]]);
  t.same(won(beside(10).trace()), [27.2, ['n+1', 11.9]]);
  t.end();
});

test('calls after the response win nothing', (t) => {
  const story = list(20).each(upTo(20), (s, id) => s.sql(USER, { params: [id], rows: 1, at, ms: 10 }));
  const { spans } = story;
  // Of the loop's calls four began before the end, and the last of those ran on.
  const duration = spans[4]!.start + 3;
  for (const [n, span] of spans.entries()) if (n > 4) span.afterResponse = true;
  const recorded = story.trace({ duration });
  const trace = finishTrace({ ...recorded, spans: spans.map((span) => ({ ...span })) }, () => undefined);
  t.same(winsOf({ ...trace, findings: [{ ...FINDING, spans: upTo(20) }] }), [30.3]);
  t.end();
});

test('writes of a loop fall away with the transactions around each of them', (t) => {
  const insert = 'INSERT INTO items (a) VALUES ($1)';
  const trace = new Story({ detail: { connection: 7 } })
    .each(upTo(20), (s, id) =>
      s
        .sql('BEGIN', { at })
        .sql(insert, { params: [id], at, detail: { connection: 7 } })
        .sql('COMMIT', { at, ms: 2 }),
    )
    .trace();
  t.same(won(trace), [89, ['n+1-writes', 81.7]]);
  t.end();
});

test('repeated queries win all but the first', (t) => {
  const trace = list(3)
    .each(upTo(4), (s) => s.sql(USER, { params: [7], rows: 1, ms: 5, at }))
    .trace();
  t.same(won(trace), [24.5, ['duplicate', 15.3]]);
  t.end();
});

test('a slow query wins what it takes longer than others, and beside another nothing', (t) => {
  t.same(
    won(
      list(3, 2)
        .sql(USER, { params: [1], ms: 800, at })
        .trace(),
    ),
    [805.2, ['slow', 798]],
  );
  const beside = list(3, 2).all([800, 801], (s, ms) =>
    s.sql(ms === 800 ? USER : 'SELECT sum(a) FROM b', { params: [1], ms, at }),
  );
  t.same(won(beside.trace()), [806.2, ['slow', 1], ['slow', 0]]);
  t.end();
});

test('independent queries win all but the longest', (t) => {
  const trace = new Story()
    .sql('SELECT a FROM one', { ms: 30, at: 'src/a.js:1 page' })
    .sql('SELECT b FROM two', { ms: 50, at: 'src/a.js:2 page' })
    .sql('SELECT c FROM three', { ms: 40, at: 'src/a.js:3 page' })
    .trace();
  t.same(won(trace), [123.3, ['could-be-parallel', 70.1]]);
  t.end();
});

test('caches, procedures and HTTP requests in loops win as queries do', (t) => {
  const of = (add: (s: Story, id: number) => Story) => won(list(20).each(upTo(20), add).trace());
  t.same(
    of((s, id) => s.cache(`get user:${id}`, { at })),
    [26.1, ['n+1-cache', 20.9]],
  );
  t.same(
    of((s, id) => s.rpc('users.find', { params: [id], at, ms: 3 })),
    [66.1, ['n+1-rpc', 58.9]],
  );
  t.same(
    of((s, id) => s.http(`GET http://api/users/${id}`, { at, ms: 4 })),
    [86.1, ['n+1-http', 77.9]],
  );
  t.end();
});

test('a value that the cache had, or a block that were not, win their time', (t) => {
  const missed = new Story()
    .cache('get rates', { at, detail: { hit: false } })
    .sql('SELECT * FROM rates', { at, rows: 3, ms: 40 })
    .trace();
  t.same(won(missed), [44.2, ['cache-not-filled', 40.1]]);
  const blocked = list(3)
    .block({ ms: 120, at })
    .sql(USER, { params: [1], at })
    .trace();
  t.same(won(blocked), [125.3, ['event-loop', 120]]);
  t.end();
});

test('errors have no win and stand first; loops that win more stand before those that win less', (t) => {
  const story = list(20)
    .each(upTo(20), (s, id) => s.sql(USER, { params: [id], rows: 1, at, ms: 0.5 }))
    .each(upTo(8), (s, id) => s.http(`GET http://api/rates/${id}`, { at: 'src/rates.js:3 rates', ms: 9 }))
    .sql('UPDATE a SET b = $1', { params: [1], at: 'src/a.js:9 save', error: 'deadlock' });
  t.same(won(story.trace()), [90, ['swallowed-error', undefined], ['n+1-http', 63.7], ['n+1', 11.4]]);
  t.end();
});

test('without a duration nothing is won', (t) => {
  const { duration: _, ...trace } = list(20)
    .each(upTo(20), (s, id) => s.sql(USER, { params: [id], rows: 1, at }))
    .trace();
  const judged = finishTrace(
    { ...trace, spans: trace.spans.map((span) => ({ ...span })), state: 'died' },
    () => undefined,
  );
  t.same(
    judged.findings.map(({ win }) => win),
    [undefined],
  );
  t.end();
});

import { test } from 'tap';
import type { RecordedTrace } from '../../../src/domain/trace.js';
import type { ReadLine } from '../../../src/insight/calls/loop-line.js';
import { finishTrace } from '../../../src/insight/judge.js';
import { Story, upTo } from '../story.js';

const USER = 'SELECT * FROM users WHERE id = $1';
const noSource: ReadLine = () => undefined;
// db.js:9 is a wrapper: its column 22 is the call.
const source: ReadLine = ({ file, line }, at = line) =>
  file === 'src/db.js' && at === 9 ? 'x = (sql, p) => pool.query(sql, p);' : undefined;
const WRAPPER = 'src/db.js:9 query';

/** Trace of a story that may be described; frames of the wrapper are at its call's column. */
function traceOf(story: Story): RecordedTrace {
  const trace = story.trace();
  const spans = trace.spans.map((span) => ({
    ...span,
    stack: span.stack.map((frame) => (frame.file === 'src/db.js' ? { ...frame, column: 22 } : frame)),
  }));
  return { ...trace, spans };
}

const sitesOf = (story: Story, readLine = source) =>
  finishTrace(traceOf(story), readLine).spans.map(({ site }) => site);

test('each span has its site, its frame, and a shape that equal calls share', (t) => {
  const at = ['pg', WRAPPER, 'src/orders.js:10 list'];
  const story = new Story().each(upTo(2), (s, id) => s.sql(USER, { params: [id], at })).cache('get user:42');
  const { spans } = finishTrace(traceOf(story), source);
  t.equal(spans[0]!.site, 'src/orders.js:10');
  t.equal(spans[0]!.frame, spans[0]!.stack[2]);
  t.same(spans[0]!.shape, {
    text: 'SELECT * FROM users WHERE id = ?',
    label: 'SELECT … users',
    verb: 'SELECT',
    statement: {
      ...{ id: spans[0]!.shape.statement!.id, tables: ['users'] },
      ...{ isWrite: false, isControl: false, isBatched: false },
    },
  });
  t.equal(spans[0]!.shape, spans[1]!.shape);
  t.same(spans[2]!.shape, { text: 'get user:#', label: 'get user:#', verb: 'get' });
  t.end();
});

test('the source text identifies the wrapper; without it the site is the innermost line', (t) => {
  const story = new Story().sql(USER, { params: [1], at: [WRAPPER, 'src/orders.js:10 list'] });
  t.same(sitesOf(story), ['src/orders.js:10']);
  t.same(sitesOf(story, noSource), ['src/db.js:9']);
  t.end();
});

test('a call without a frame of the app has no site', (t) => {
  const [span] = finishTrace(traceOf(new Story().sql(USER, { at: ['pg'] })), source).spans;
  t.notOk('site' in span!);
  t.notOk('frame' in span!);
  t.end();
});

test('a stack that ends with the wrapper has the site of equal calls through it', (t) => {
  const by = (...at: string[]) => ({ params: [1], at: [WRAPPER, ...at] });
  const first = new Story().sql(USER, by('src/orders.js:10 list'));
  t.same(sitesOf(first.each(upTo(2), (s) => s.sql(USER, by()))), Array(3).fill('src/orders.js:10'));
  const other = new Story().sql(USER, by('src/orders.js:10 list')).sql('SELECT * FROM items', by());
  t.same(sitesOf(other), ['src/orders.js:10', 'src/db.js:9'], 'not for another shape');
  const two = new Story()
    .sql(USER, by('src/orders.js:10 list'))
    .sql(USER, by('src/items.js:4 items'))
    .sql(USER, by());
  t.same(sitesOf(two), ['src/orders.js:10', 'src/items.js:4', 'src/db.js:9'], 'if there is only one');
  t.end();
});

test('calls of a loop have the site of its finding, also if a stack lacks it', (t) => {
  const by = (...at: string[]) => ({ at: ['src/users.js:4 load', ...at], rows: 1 });
  const story = new Story()
    .each(upTo(6), (s, id) => s.sql(USER, { params: [id], ...by('src/orders.js:10 orders') }))
    .each(upTo(5), (s, id) => s.sql(USER, { params: [id], ...by('src/items.js:20 items') }))
    .sql(USER, { params: [7], ...by() });
  const { spans, findings } = finishTrace(traceOf(story), noSource);
  t.same(
    findings.map(({ kind, site, spans: calls }) => [kind, site, calls.map((at) => spans[at]!.site)]),
    [
      ['n+1', 'src/orders.js:10', Array(7).fill('src/orders.js:10')],
      ['n+1', 'src/items.js:20', Array(5).fill('src/items.js:20')],
    ],
  );
  t.equal(spans.at(-1)!.frame, spans[0]!.stack[1]);
  t.end();
});

test('a trace that is finished again is described again', (t) => {
  const trace = traceOf(new Story().sql(USER, { params: [1], at: ['pg'] }));
  finishTrace(trace, noSource);
  const [span] = trace.spans;
  Object.assign(span!, { name: 'SELECT * FROM items', stack: [{ ...span!.stack[0]!, application: true }] });
  const [again] = finishTrace(trace, noSource).spans;
  t.match(again, { site: 'node_modules/pg/index.js:1', shape: { text: 'SELECT * FROM items' } });
  Object.assign(span!, { stack: [] });
  t.notOk('site' in finishTrace(trace, noSource).spans[0]!);
  t.end();
});

test('a long statement is truncated, and stays distinct from others with the same beginning', (t) => {
  const long = (end: string) => `SELECT a FROM t WHERE ${'b = c OR '.repeat(400)}${end} LIMIT 5000`;
  const story = new Story().sql(long('d = e')).sql(long('d = e')).sql(long('d = f'), { rows: 5000 });
  const { spans, findings } = finishTrace(traceOf(story), noSource);
  const [first, same, other] = spans.map(({ shape }) => shape);
  t.equal(first!.text.length, 2000);
  t.match(first!.text, /^SELECT a FROM t WHERE b = c OR [^\u2026]*\u2026 [0-9a-f]{16}$/);
  t.ok(first!.text.endsWith(first!.statement!.id));
  t.equal(same, first);
  t.not(other!.text, first!.text);
  const { reasons } = findings.find(({ kind }) => kind === 'over-fetching')!;
  t.notOk(reasons.includes('there is no LIMIT'), 'the rules read the complete statement');
  t.end();
});

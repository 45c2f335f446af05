import { test } from 'tap';
import {
  type ComparedCalls,
  compareCalls,
  compareDurations,
  comparedCallsOf,
  findingChanges,
} from '../../../src/insight/metrics/compare.js';
import { aFrame, aSpan, aTrace } from '../../factory.js';

const someCalls = (more: Partial<ComparedCalls> = {}): ComparedCalls => ({
  kind: 'sql',
  text: 'SELECT a',
  site: 'src/a.js:10',
  function: 'load',
  count: 1,
  ms: 10,
  ...more,
});

test('verdicts compare counts first, then times', (t) => {
  const cases: [before: Partial<ComparedCalls>, after: Partial<ComparedCalls>, verdict: string][] = [
    [{}, {}, 'same'],
    [{ count: 50, ms: 90 }, { count: 1, ms: 2 }, 'fewer'],
    [{ count: 1 }, { count: 2, ms: 1 }, 'more'],
    [{ count: 100 }, { count: 104 }, 'same'],
    [{ ms: 10 }, { ms: 14 }, 'slower'],
    [{ ms: 10 }, { ms: 12 }, 'same'],
    [{ ms: 10 }, { ms: 7 }, 'faster'],
    [{ ms: 0.2 }, { ms: 1 }, 'same'],
  ];
  for (const [before, after, verdict] of cases) {
    const [change] = compareCalls([someCalls(before)], [someCalls(after)]);
    t.equal(change?.verdict, verdict, JSON.stringify([before, after]));
  }
  t.equal(compareDurations(0, 5), 'slower');
  t.end();
});

test('calls are paired by line, else by function; unchanged calls come last', (t) => {
  const before = [
    someCalls({ ms: 1 }),
    someCalls({ site: 'src/a.js:20', ms: 2 }),
    someCalls({ text: 'SELECT gone', ms: 30 }),
    someCalls({ text: 'SELECT moved', site: 'src/b.js:5', ms: 4 }),
  ];
  const after = [
    someCalls({ site: 'src/a.js:20', ms: 50 }),
    someCalls({ site: 'src/a.js:11', ms: 1 }),
    someCalls({ text: 'SELECT moved', site: 'src/c.js:5', ms: 4 }),
  ];
  t.same(
    compareCalls(before, after).map(({ verdict, text, site, before, after }) => [
      ...[verdict, text, site, before?.ms, after?.ms],
    ]),
    [
      ['slower', 'SELECT a', 'src/a.js:20', 2, 50],
      ['gone', 'SELECT gone', 'src/a.js:10', 30, undefined],
      ['gone', 'SELECT moved', 'src/b.js:5', 4, undefined],
      ['new', 'SELECT moved', 'src/c.js:5', undefined, 4],
      ['same', 'SELECT a', 'src/a.js:11', 1, 1],
    ],
  );
  t.same(compareCalls([], []), []);
  t.end();
});

test('calls of a request are grouped by statement and site, without logs', (t) => {
  const spans = [
    aSpan({ name: 'select * from a where id = 1', duration: 2 }),
    aSpan({ name: 'select * from a where id = 2', duration: 3 }),
    aSpan({ name: 'select * from a where id = 3', stack: [aFrame({ line: 60 })], duration: 4 }),
    aSpan({ kind: 'log', library: 'console', name: 'served' }),
  ];
  const text = 'SELECT * FROM a WHERE id = ?';
  t.same(comparedCallsOf(aTrace({ spans })), [
    { kind: 'sql', text, count: 2, ms: 5, site: 'src/orders.js:47', function: 'listOrders' },
    { kind: 'sql', text, count: 1, ms: 4, site: 'src/orders.js:60', function: 'listOrders' },
  ]);
  t.end();
});

test('findings are compared by their ids', (t) => {
  const a = { id: 'a', site: 'src/a.js:1' };
  const moved = { id: 'a', site: 'src/a.js:9' };
  t.same(findingChanges([a, { id: 'b', site: '' }], [moved, { id: 'c', site: '' }]), {
    gone: [{ id: 'b', site: '' }],
    new: [{ id: 'c', site: '' }],
    stays: [moved],
  });
  t.end();
});

import { test } from 'tap';
import {
  describeFigures,
  headFigures,
  outlineFigures,
  requestIdOf,
  sumOfFigures,
} from '../../../src/web/badge/figures.js';

const ID = '0f8fad5b-d9cb-469f-a165-70867728950e';
const entry = (name: string, duration: number, description = '') => ({ name, duration, description });

test('the id and the figures of a head', (t) => {
  const entries = [
    entry('sql', 48.2, '51 queries'),
    entry('total', 85.4),
    entry('scooby-id', 0, ID),
    entry('total', 1),
  ];
  t.equal(requestIdOf(entries), ID);
  t.same(headFigures(entries), { ms: 85.4, queries: 51 });
  t.same(headFigures([entry('total', 3)]), { ms: 3, queries: 0 });
  t.same(headFigures([entry('sql', 1, 'many'), entry('total', 3)]), { ms: 3, queries: 0 });
  t.same([headFigures([]), requestIdOf([])], [{}, undefined]);
  t.equal(requestIdOf([entry('scooby-id', 0, `${ID}/../x`)]), undefined, 'a header of the app');
  t.end();
});

test('figures of an outline; of anything else there are none', (t) => {
  const findings = [
    { message: 'line ran 50 queries', site: 'a.js:1', kind: 'n-plus-one' },
    { message: 'slow' },
  ];
  t.same(outlineFigures({ duration: 90, totals: { sql: { count: 51 } }, findings }), {
    ms: 90,
    queries: 51,
    findings: [{ message: 'line ran 50 queries', site: 'a.js:1' }, { message: 'slow' }],
  });
  t.same(outlineFigures({ duration: 1, totals: {}, findings: [] }), { ms: 1, queries: 0, findings: [] });
  for (const other of [undefined, null, 1, 'a', [], {}, { duration: '1', findings: [] }, { duration: 1 }])
    t.equal(outlineFigures(other), undefined);
  t.end();
});

test('figures in words', (t) => {
  t.equal(describeFigures({}), 'no figures yet');
  t.equal(describeFigures({ ms: 85.4, queries: 51 }), '85 ms · 51 queries');
  t.equal(
    describeFigures({ ms: 0.44, queries: 1, findings: [{ message: 'a' }] }),
    '0.4 ms · 1 query · 1 finding',
  );
  t.equal(describeFigures({ ms: 12_345, queries: 0, findings: [] }), '12.3 s · 0 queries · 0 findings');
  t.end();
});

test('a sum has findings where each request has', (t) => {
  const first = { ms: 1, queries: 2, findings: [{ message: 'a' }] };
  t.same(sumOfFigures([first, { ms: 3, queries: 4 }]), { ms: 4, queries: 6 });
  t.same(sumOfFigures([first, first]), { ms: 2, queries: 4, findings: [{ message: 'a' }, { message: 'a' }] });
  t.end();
});

/** Pictures of many requests. */

import { test } from 'tap';
import type { Summary } from '../../../../src/domain/trace.js';
import {
  decadesIn,
  latencyAt,
  latencyBars,
  latencyDots,
  latencyRange,
} from '../../../../src/web/page/parts/latency.js';

const row = (more: Partial<Summary>): Summary => ({
  ...{ id: 'a', method: 'GET', url: '/', status: 200, start: 7, duration: 20, state: 'done' },
  ...{ totals: {}, findings: [], spans: 0 },
  ...more,
});

test('a dot is the worst that can be said of a finished request', (t) => {
  const { duration: _, ...open } = row({ state: 'open' });
  t.same(
    latencyDots([
      row({}),
      row({ status: 500, findings: ['n+1'] }),
      row({ findings: ['n+1-cache'] }),
      open,
    ]).map(({ role, ms, at }) => [role, ms, at]),
    [
      ['fine', 20, 7],
      ['error', 20, 7],
      ['repeated', 20, 7],
    ],
  );
  t.end();
});

test('the axis ends at round times, ten times apart at least', (t) => {
  t.same(latencyRange([{ ms: 3 }, { ms: 700 }]), { low: 2, high: 1000 });
  t.same(latencyRange([{ ms: 20 }]), { low: 20, high: 200 });
  t.same(latencyRange([{ ms: 0 }]), { low: 0.1, high: 1 });
  t.same(latencyRange([]), { low: 1, high: 100 });
  t.same(decadesIn({ low: 2, high: 1000 }), [10, 100, 1000]);
  t.end();
});

test('every request is in one bar', (t) => {
  const dots = latencyDots([
    row({ duration: 1 }),
    row({ duration: 10, status: 500 }),
    row({ duration: 100 }),
    row({ duration: 99 }),
  ]);
  const bars = latencyBars(dots, 4);
  t.same(
    bars.map(({ from, count, errors }) => [from.toFixed(2), count, errors]),
    [
      ['1.00', 1, 0],
      ['3.16', 0, 0],
      ['10.00', 1, 1],
      ['31.62', 2, 0],
    ],
  );
  t.same(latencyBars([], 4), []);
  t.end();
});

test('percentiles of the dots', (t) => {
  const dots = latencyDots([30, 10, 20, 40].map((duration) => row({ duration })));
  t.same([latencyAt(dots, 0.5), latencyAt(dots, 0.95), latencyAt([], 0.5)], [20, 40, undefined]);
  t.end();
});

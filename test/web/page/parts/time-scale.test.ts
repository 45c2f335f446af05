/** Scale of the pictures over time. */

import { test } from 'tap';
import {
  barIn,
  clampWindow,
  logShare,
  panWindow,
  ticksIn,
  tickText,
  zoomWindow,
} from '../../../../src/web/page/parts/time-scale.js';

test('a zoom keeps the instant under the pointer, and stays within the whole', (t) => {
  t.same(zoomWindow({ from: 0, to: 100 }, 2, 50, 100), { from: 25, to: 75 });
  t.same(zoomWindow({ from: 0, to: 100 }, 2, 0, 100), { from: 0, to: 50 });
  t.same(zoomWindow({ from: 25, to: 75 }, 0.1, 50, 100), { from: 0, to: 100 });
  const deepest = zoomWindow({ from: 0, to: 100 }, 1e12, 50, 100);
  t.equal((deepest.to - deepest.from).toFixed(6), '0.001000');
  t.end();
});

test('a window is moved as far as the ends', (t) => {
  t.same(panWindow({ from: 20, to: 40 }, 10, 100), { from: 30, to: 50 });
  t.same(panWindow({ from: 20, to: 40 }, -99, 100), { from: 0, to: 20 });
  t.same(panWindow({ from: 20, to: 40 }, 99, 100), { from: 80, to: 100 });
  t.same(clampWindow({ from: 90, to: 130 }, 100), { from: 60, to: 100 });
  t.end();
});

test('bars in percent, cut at the edges, and none outside', (t) => {
  const window = { from: 10, to: 20 };
  t.same(barIn(12, 15, window), { left: 20, width: 30 });
  t.same(barIn(0, 15, window), { left: 0, width: 50 });
  t.same(barIn(20, 99, window, 1), { left: 99, width: 1 });
  t.equal(barIn(21, 99, window), undefined);
  t.end();
});

test('marks at round figures', (t) => {
  t.same(ticksIn({ from: 0, to: 100 }, 5), [0, 20, 40, 60, 80, 100]);
  t.same(ticksIn({ from: 12, to: 13 }, 4), [12, 12.5, 13]);
  t.same(ticksIn({ from: 5, to: 5 }, 4), []);
  t.same(
    [0, 20, 12.5, 0.05, 1200, 2000].map((ms) => tickText(ms, 0.5)),
    ['0', '20ms', '12.5ms', '0.1ms', '1200ms', '2000ms'],
  );
  t.same([tickText(1500, 500), tickText(2000, 1000), tickText(0.02, 0.01)], ['1.5s', '2s', '0.02ms']);
  t.end();
});

test('places on a logarithmic axis', (t) => {
  t.same(
    [1, 10, 100, 0, 1e9].map((ms) => logShare(ms, 1, 100)),
    [0, 0.5, 1, 0, 1],
  );
  t.equal(logShare(5, 5, 5), 0.5);
  t.end();
});

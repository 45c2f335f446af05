import { test } from 'tap';
import {
  followWindow,
  formatInstant,
  spanWithin,
  timeWithin,
  zoomTimeline,
} from '../../../src/tui/panels/timeline-window.js';

test('each step halves the window around the call, and back again to the whole', (t) => {
  const call = { from: 70, to: 74 };
  const half = zoomTimeline({ from: 0, to: 100 }, 1, call, 100)!;
  t.same(half, { from: 47, to: 97 });
  t.same(zoomTimeline(half, 1, call, 100), { from: 59.5, to: 84.5 });
  t.same(
    zoomTimeline({ from: 0, to: 100 }, 1, { from: 98, to: 100 }, 100),
    { from: 50, to: 100 },
    'at the end',
  );
  t.equal(zoomTimeline(half, -1, call, 100), undefined);
  t.same(
    zoomTimeline({ from: 1, to: 1.05 }, 1, { from: 1, to: 1 }, 100),
    { from: 0.975, to: 1.025 },
    'a floor',
  );
  t.end();
});

test('the window stays for a call in it, and goes to one that is not', (t) => {
  const window = { from: 20, to: 40 };
  t.equal(followWindow(window, { from: 39, to: 60 }, 100), window);
  t.same(followWindow(window, { from: 50, to: 60 }, 100), { from: 40, to: 60 });
  t.same(followWindow(window, { from: 0, to: 1 }, 100), { from: 0, to: 20 });
  t.end();
});

test('a call is cut to the window, or is at one of its sides', (t) => {
  const window = { from: 20, to: 40 };
  t.same(spanWithin({ start: 25, wait: 5, duration: 5 }, window), { start: 5, wait: 5, duration: 5 });
  t.same(spanWithin({ start: 10, wait: 15, duration: 5 }, window), { start: 0, wait: 5, duration: 5 });
  t.same(spanWithin({ start: 10, wait: 5, duration: 20 }, window), { start: 0, wait: 0, duration: 15 });
  t.same(spanWithin({ start: 10 }, window), { start: 0, wait: 0 }, 'still running');
  t.equal(spanWithin({ start: 10, duration: 5 }, window), 'left');
  t.equal(spanWithin({ start: 40, duration: 5 }, window), 'right');
  const time = { total: 50, parts: [], segments: [{ part: 'sql', start: 10, end: 30 }] };
  t.same(timeWithin(time as never, window), {
    total: 20,
    parts: [],
    segments: [{ part: 'sql', start: 0, end: 10 }],
  });
  t.end();
});

test('numbers of the scale differ, however close it is', (t) => {
  t.equal(formatInstant(133.26, 12), '133ms');
  t.equal(formatInstant(133.26, 0.5), '133.3ms');
  t.equal(formatInstant(133.26, 0.0125), '133.26ms');
  t.equal(formatInstant(12_345, 200), '12.3s');
  t.end();
});

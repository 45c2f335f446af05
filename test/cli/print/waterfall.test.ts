import { test } from 'tap';
import { waterfallLines } from '../../../src/cli/print/waterfall.js';
import { cellWidth } from '../../../src/terminal/cells.js';
import { plainStyle } from '../../../src/terminal/style.js';
import { aSpan, aTrace } from '../../factory.js';

const spans = [
  aSpan({ name: 'SELECT 1', start: 0, duration: 40 }),
  aSpan({ name: 'SELECT 2', start: 0, wait: 20, duration: 30 }),
  aSpan({ kind: 'http', library: 'undici', name: 'GET http://a.test/', start: 50, duration: 50 }),
];
const trace = aTrace({ spans, duration: 100 });
const show = (width: number, kinds?: string[]) =>
  waterfallLines(trace, kinds, { width, style: plainStyle, now: 0 });

test('bars use the width of the terminal', (t) => {
  t.same(show(72), [
    'GET /orders  200  100ms',
    '  up to 2 calls at the same time',
    '',
    '                               0.0ms          50ms                100ms',
    '1 sql  SELECT 1                ████████████▍                       40ms',
    '2 sql  SELECT 2                ░░░░░░█████████▌                    30ms',
    '3 http GET http://a.test/                     ████████████████     50ms',
  ]);
  for (const columns of [60, 80, 120, 200])
    t.ok(
      show(columns).every((line) => cellWidth(line) <= columns),
      `${columns}`,
    );
  t.ok(show(Infinity).every((line) => cellWidth(line) <= 120));
  t.end();
});

test('the call site is shown on a wide terminal', (t) => {
  t.match(show(120)[4], /^1 sql {2}SELECT 1 .* 40ms src\/orders\.js:47$/);
  t.notMatch(show(100)[4], 'orders.js');
  t.end();
});

test('a filter by kind keeps the numbers of the calls', (t) => {
  t.same(show(72, ['http']).slice(1, 2), ['  never two calls at the same time']);
  t.match(show(72, ['http'])[4], /^3 http GET/);
  t.end();
});

test('a request without calls, and a request with more than 1000', (t) => {
  const linesOf = (count: number) =>
    waterfallLines(aTrace({ spans: Array.from({ length: count }, () => aSpan()) }), undefined, {
      width: 80,
      style: plainStyle,
      now: 0,
    });
  t.equal(linesOf(0)[1], '  no calls');
  t.equal(linesOf(1003).length, 1005);
  t.equal(linesOf(1003).at(-1), '  … 3 more calls: --json has all');
  t.end();
});

test('calls after the response do not stretch the scale, and stand below the others', (t) => {
  const late = aSpan({ name: 'SELECT late', start: 30_000, duration: 5, afterResponse: true });
  const lines = waterfallLines(aTrace({ spans: [...spans, late], duration: 100 }), undefined, {
    width: 72,
    style: plainStyle,
    now: 0,
  });
  t.same(lines.slice(0, 7), show(72));
  t.equal(lines[7], '  after the response, not counted:');
  t.match(lines[8], /^4 sql {2}SELECT late .* 5\.0ms$/);
  t.equal(lines.length, 9);
  t.end();
});

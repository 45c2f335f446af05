/** The timeline of several services. */

import { test } from 'tap';
import { lineText } from '../../../src/terminal/cells.js';
import type { RelatedRequests } from '../../../src/tui/panels/panel.js';
import { timelinePanel } from '../../../src/tui/panels/timeline.js';
import { aSpan, aTrace } from '../../factory.js';

const app = (pid: number, command: string) => ({ pid, command, cwd: '/srv' });
const page = aTrace({
  ...{ id: 'page', url: '/page', start: 1000, duration: 100, app: app(1, 'node web.js') },
  spans: [
    aSpan({ start: 0, duration: 10 }),
    aSpan({ start: 20, duration: 60, kind: 'http', library: 'undici', name: 'GET http://api/items/1' }),
  ],
});
const items = aTrace({
  ...{ id: 'items', url: '/items/1', start: 1030, duration: 40, app: app(2, 'python api.py') },
  spans: [aSpan({ start: 5, duration: 20 })],
});
const job = aTrace({ id: 'job', method: 'job', url: 'mail', start: 9000, duration: 5, spans: [] });

function timeline(related: Partial<RelatedRequests>, window?: { from: number; to: number }) {
  const leaf = (trace: typeof page) => ({ trace, children: [], more: 0 });
  return timelinePanel.page({
    ...{
      trace: page,
      source: () => undefined,
      grouped: true,
      sorted: 'total',
      libraries: false,
      columns: 80,
    },
    ...(window && { window }),
    related: {
      tree: { trace: page, children: [leaf(items), leaf(job)], more: 0 },
      source: () => undefined,
      ...related,
    },
  });
}

const rows = (shown: ReturnType<typeof timeline>) =>
  [...shown.headLines(80), ...shown.entries.map((entry) => entry.line(80))].map((line) =>
    lineText(line).trimEnd(),
  );

test('the scale has as many marks as fit with a gap: none is cut, none runs into the next', (t) => {
  const scale = (columns: number) => lineText(timeline({}).headLines(columns)[1]!).trim();
  t.equal(scale(80), '0.0ms     25ms      50ms      75ms          100ms');
  t.equal(scale(54), '0.0ms 25ms  50ms  75ms     100ms');
  t.equal(scale(50), '0.0ms     50ms          100ms');
  t.equal(scale(30), '0.0ms       100ms');
  t.end();
});

test('what a call became in another service is below it, on the same clock', (t) => {
  t.same(rows(timeline({})), [
    ' never two calls at the same time; led to 2 requests of 2 processes',
    '                             0.0ms     25ms      50ms      75ms          100ms',
    'where it went                ████····█████████████████████████········   100ms',
    'sql   SELECT … items 1       ████                                         10ms',
    'http  GET http://…/items/# 1         ████████████████████████▊            60ms',
    '  GET /items/1 200  python …             ████████████████▋                40ms',
    '    sql   SELECT … items 1                 ████████▌                      20ms',
    '  job mail 200  node app.js                                          →   5.0ms',
  ]);
  t.end();
});

test('its rows open the other request; the text is of the other', (t) => {
  const shown = timeline({ above: aTrace({ id: 'above', url: '/start', duration: 300 }) });
  t.same(
    shown.entries.map(({ request, span }) => request ?? span),
    ['above', 0, 1, 'items', 'items', 'job'],
  );
  t.match(rows(shown)[3], /^← GET \/start 200 {2}node \S+ {2}led to this request {2,}300ms$/);
  const text = (at: number) => shown.text!(at).map(({ line }) => lineText(line));
  t.same(text(3), [' GET /items/1 took 40ms, with one call']);
  t.same(shown.times!.of(4), { from: 35, to: 55 });
  t.same(shown.times!.extent, 100, 'a job that comes later does not make the request one cell');
  t.end();
});

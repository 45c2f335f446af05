import { test } from 'tap';
import { treeLines } from '../../../src/cli/print/tree.js';
import { plainStyle } from '../../../src/terminal/style.js';
import { aSpan, aTrace } from '../../factory.js';

const format = { width: 80, style: plainStyle, now: 0 };

test('a request stands below the call that it was, on the clock of the topmost', (t) => {
  const app = (command: string) => ({ pid: 1, command, cwd: '/srv' });
  const page = aTrace({
    ...{ url: '/page', route: '/page', start: 1000, duration: 100, app: app('node web.js') },
    spans: [
      aSpan({ start: 0, duration: 10 }),
      aSpan({ start: 20, duration: 60, kind: 'http', library: 'undici', name: 'GET http://api/items' }),
    ],
  });
  const items = aTrace({
    ...{ url: '/items', route: '/items', start: 1030, duration: 40, app: app('python api.py') },
    spans: [0, 1, 2].map((n) => aSpan({ start: n * 10, duration: 10 })),
  });
  const lines = treeLines(
    { trace: page, children: [{ trace: items, children: [], more: 0 }], more: 2 },
    format,
  );
  t.same(lines, [
    'GET /page  200  100ms',
    '  2 requests in 2 processes',
    '',
    'GET /page 200  node web.js               ████████████████████████████    100ms',
    '  sql SELECT … items                     ██▊                              10ms',
    '  http GET http://api/items                   █████████████████▍          60ms',
    '    GET /items 200  python api.py                ███████████▌             40ms',
    '      3× sql SELECT … items                      ████████▊                30ms',
    '  … 2 more requests',
  ]);
  t.end();
});

test('loops across requests come first', (t) => {
  const children = Array.from({ length: 5 }, () => ({
    ...{ trace: aTrace({ url: '/i/1', route: '/i/:id', spans: [aSpan()] }), children: [], more: 0 },
  }));
  const lines = treeLines({ trace: aTrace({ url: '/page', route: '/page' }), children, more: 0 }, format);
  t.same(lines.slice(2, 6), [
    '',
    '  N+1 ACROSS REQUESTS  sql  src/orders.js:47  10ms',
    '    GET /page led to 5 requests of GET /i/:id, which made this call once each:',
    '    SELECT * FROM items WHERE order_id = ?',
  ]);
  t.end();
});

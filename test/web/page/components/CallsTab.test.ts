/** Tabs of calls, logs and headers. */

import { test } from 'tap';
import { CallDetail } from '../../../../src/web/page/components/CallDetail.js';
import { CallsTab } from '../../../../src/web/page/components/CallsTab.js';
import { HeadersTab } from '../../../../src/web/page/components/HeadersTab.js';
import { LogsTab } from '../../../../src/web/page/components/LogsTab.js';
import { traceAt } from '../../../tui/fake.js';
import { markupOf, textOf } from '../render.js';

const ORDERS = traceAt(1);

test('equal calls are one row with count and total, the costliest first', (t) => {
  const text = textOf(markupOf(CallsTab, { trace: ORDERS, kind: 'sql', item: undefined }));
  t.match(
    text,
    /^50 queries 554ms of 621ms Grouped One by one Costliest In order 48× 521ms SELECT id, sku, amount FROM items WHERE order_id = \? 11ms each src\/orders\.js:15 N\+1 1× 31ms/,
  );
  t.match(textOf(markupOf(CallsTab, { trace: ORDERS, kind: 'cache', item: undefined })), '100% hits of 1');
  t.end();
});

test('one by one, in order', (t) => {
  const state = { isGrouped: false, order: 'start' } as const;
  const text = textOf(markupOf(CallsTab, { trace: ORDERS, kind: 'sql', item: undefined }, { state }));
  t.match(text, /\+2\.0ms 2\.4ms SELECT u\.id.*?src\/session\.js:14 \+6\.0ms 31ms SELECT o\.id/);
  t.equal(text.match(/N\+1/g)?.length, 48);
  t.end();
});

test('an open call has its values, its outcome and its stack', (t) => {
  const trace = {
    ...ORDERS,
    spans: ORDERS.spans.map((span, n) =>
      n === 5 ? { ...span, error: '57014: <b>canceled</b>', wait: 3 } : span,
    ),
  };
  const text = textOf(markupOf(CallsTab, { trace, kind: 'sql', item: 5 }));
  t.match(text, 'call 3 of 48');
  t.match(
    text,
    /SELECT id, sku, amount FROM items WHERE order_id = \$1 took 10ms waited 3\.0ms rows 3 at \+63ms by pg 57014: <b>canceled<\/b> params \[19\] SQL with values SQL as sent stack Variables Explain loadItems src\/orders\.js:15:11/,
  );
  t.match(text, '4 library frames hidden');
  t.match(
    textOf(markupOf(CallDetail, { trace, span: 5 }, { state: { hasLibraries: true } })),
    'Client.query node_modules/pg/lib/client.js:532:5',
  );
  t.equal(markupOf(CallDetail, { trace, span: 999 }), '');
  t.end();
});

test('only URLs of the web become links', (t) => {
  const call = (name: string) =>
    markupOf(CallDetail, { trace: { ...ORDERS, spans: [{ ...traceAt(2).spans[4]!, name }] }, span: 0 });
  t.match(
    call('POST https://pay.example/charge'),
    '<a class="url" href="https://pay.example/charge" target="_blank" rel="noreferrer noopener">',
  );
  t.notMatch(call('POST javascript:alert(1)'), /href="javascript/);
  t.notMatch(call('POST http://[bad'), /href="http/);
  t.end();
});

test('logs and headers', (t) => {
  t.equal(
    textOf(markupOf(LogsTab, { trace: traceAt(2), item: undefined })),
    '+975ms error payment failed: 502 Bad Gateway src/app.js:40',
  );
  t.match(
    textOf(markupOf(HeadersTab, { trace: ORDERS })),
    /^Request 4 host localhost:4000 accept application\/json cookie REDACTED/,
  );
  const { headers: _, ...bare } = ORDERS;
  t.equal(textOf(markupOf(HeadersTab, { trace: bare })), 'The headers of this request were not recorded.');
  t.end();
});

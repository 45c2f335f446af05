/** Rows and cards of the list. */

import { test } from 'tap';
import { headlineOf } from '../../../../src/insight/headline.js';
import { RequestCard, RequestRow } from '../../../../src/web/page/components/RequestRow.js';
import { NOW, summaryOf, traceAt } from '../../../tui/fake.js';
import { markupOf, textOf } from '../render.js';

const display = (n: number) => ({
  ...{ row: summaryOf(traceAt(n)), headline: headlineOf(traceAt(n)), longest: 1000 },
  ...{ isSelected: false, isMarked: false, now: NOW + 5000 },
});

test('the row itself says which line ran how many queries', (t) => {
  t.equal(
    textOf(markupOf(RequestRow, display(1))),
    'GET /api/orders ?page=2 200 621ms 50 554ms 1 N+1 SLOW src/orders.js:15 ran 48 queries 5s',
  );
  t.match(markupOf(RequestRow, display(1)), 'href="#/r/a0000001-0000-4000-8000-000000000001"');
  t.equal(
    textOf(markupOf(RequestCard, display(1))),
    'GET /api/orders ?page=2 5s 200 621ms 50 queries N+1 SLOW src/orders.js:15 ran 48 queries',
  );
  t.end();
});

test('what mending would win stands with what was found', (t) => {
  const row = { ...summaryOf(traceAt(1)), win: 541 };
  t.match(textOf(markupOf(RequestRow, { ...display(1), row })), 'ran 48 queries wins 541ms 5s');
  t.match(textOf(markupOf(RequestCard, { ...display(1), row })), 'N+1 SLOW wins 541ms src/orders.js:15');
  t.end();
});

test('what a request has none of is left out; one that died has no time', (t) => {
  t.equal(textOf(markupOf(RequestRow, display(6))), 'GET /health 200 1.2ms – 8s');
  t.match(textOf(markupOf(RequestRow, display(9))), /^GET \/import\/9 died – 1 /);
  t.end();
});

test('what the app was sent is text', (t) => {
  const row = {
    ...summaryOf(traceAt(1)),
    url: '/<img src=x onerror=alert(1)>\u202e?"><script>',
    method: '<b>',
  };
  const markup = markupOf(RequestRow, { ...display(1), row });
  t.match(textOf(markup), '<b> /<img src=x onerror=alert(1)>\\u{202e} ?"><script>');
  t.notMatch(markup, /<img|<script|<b>|\u202e/);
  t.end();
});

/** Overview of a request. */

import { test } from 'tap';
import { OverviewTab } from '../../../../src/web/page/components/OverviewTab.js';
import { traceAt } from '../../../tui/fake.js';
import { markupOf, textOf } from '../render.js';

test('the finding, its line and what to do come first', (t) => {
  const text = textOf(markupOf(OverviewTab, { trace: traceAt(1) }));
  t.match(
    text,
    /^N\+1 src\/orders\.js:15 loadItems 521ms 48 queries ran one after the other, one for each row of the query at src\/orders\.js:7\. Try Load them at once/,
  );
  t.match(
    text,
    'sure: same statement, 48 different values; sequential; follows a query that returned 48 rows 48 queries →',
  );
  t.match(text, 'Where the time went SQL ×50');
  t.match(text, 'handler listOrders src/orders.js:5');
  t.end();
});

test('without a finding it says whether that is good news', (t) => {
  const { duration: _, ...open } = traceAt(0);
  const textIn = (trace: Parameters<typeof OverviewTab>[0]['trace']) =>
    textOf(markupOf(OverviewTab, { trace }));
  t.match(textIn(traceAt(0)), /^Nothing suspicious found\./);
  t.match(textIn({ ...open, state: 'open' }), /^Nothing suspicious so far: the request is still running\./);
  t.match(textIn(traceAt(2)), /^No finding besides the failure\./);
  t.match(textIn(traceAt(6)), 'This request made no calls: all of its time is its own.');
  t.match(textIn(traceAt(9)), 'The app ended before it answered; this is what it had done.');
  t.end();
});

test('an error has its own card, with its causes, in place of a finding', (t) => {
  const cause = { name: 'TypeError', message: 'fetch <failed>', stack: [] };
  const stack = [{ function: 'charge', file: 'src/pay.js', line: 31, column: 9, application: true }];
  const error = {
    name: 'PayError',
    message: 'no\nmore',
    code: 'E_PAY',
    stack,
    site: 'src/pay.js:31',
    at: 1,
    by: 'express',
    causes: [cause],
  };
  const thrown = { ...traceAt(1).findings[0]!, kind: 'thrown' };
  const markup = markupOf(OverviewTab, { trace: { ...traceAt(2), errors: [error], findings: [thrown] } });
  t.match(
    textOf(markup),
    /^THREW src\/pay\.js:31 express answered 500 PayError: no more charge src\/pay\.js:31:9 caused by TypeError: fetch <failed> Where/,
  );
  t.notMatch(textOf(markup), 'THROWN');
  t.end();
});

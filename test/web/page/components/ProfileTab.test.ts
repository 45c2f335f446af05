/** Tabs of profiles and of the waterfall. */

import { test } from 'tap';
import { FunctionTable } from '../../../../src/web/page/components/FunctionTable.js';
import { ProfileTab } from '../../../../src/web/page/components/ProfileTab.js';
import { WaterfallTab } from '../../../../src/web/page/components/WaterfallTab.js';
import { aProfile } from '../../../profile.js';
import { traceAt } from '../../../tui/fake.js';
import { markupOf, textOf } from '../render.js';

const cpu = aProfile([
  { stack: ['own list src/a.js:1', 'own hydrate src/b.js:5'], weight: 30 },
  { stack: ['own list src/a.js:1', 'gc'], weight: 10 },
]);

test('a profile is a flame graph, or a table of functions', (t) => {
  const trace = { ...traceAt(1), profiles: { cpu } };
  const text = textOf(markupOf(ProfileTab, { trace, kind: 'cpu' }));
  t.match(text, /^40ms of CPU in 2 samples, every 1\.0ms Flame graph Functions/);
  t.match(text, 'all 40ms, 100% list() 40ms, 100% hydrate() 30ms, 75%');
  t.match(
    textOf(markupOf(FunctionTable, { trace, profile: cpu })),
    'itself in all function 30ms 30ms hydrate() src/b.js:5 75% 0.0ms 40ms list() src/a.js:1 0% 10ms 10ms (garbage collector) 25%',
  );
  t.end();
});

test('without a profile it says how to have one', (t) => {
  const text = textOf(markupOf(ProfileTab, { trace: traceAt(1), kind: 'cpu' }));
  t.match(text, /^No CPU profile was taken of this request/);
  t.match(text, 'Send it again with a profiler scooby profile a0000001');
  t.end();
});

test('the waterfall has a row for each call and one for each loop', (t) => {
  const text = textOf(markupOf(WaterfallTab, { trace: traceAt(1), item: undefined }));
  t.match(
    text,
    /^never two calls at the same time drag to pan, ctrl \+ wheel to zoom \+ − All 621ms where it went/,
  );
  t.match(text, 'sql 48× SELECT id, sku, amount FROM items WHERE order_id = ? 521ms');
  t.equal(
    textOf(markupOf(WaterfallTab, { trace: traceAt(6), item: undefined })),
    'This request made no calls: all of its time is its own.',
  );
  t.end();
});

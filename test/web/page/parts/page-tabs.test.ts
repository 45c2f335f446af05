/** Tabs of a request. */

import { test } from 'tap';
import { slugOf } from '../../../../src/screens/page-place.js';
import { callsText, pageTabAt, pageTabs, tabOfKey } from '../../../../src/web/page/parts/page-tabs.js';
import { aProfile } from '../../../profile.js';
import { traceAt } from '../../../tui/fake.js';

const named = (trace: Parameters<typeof pageTabs>[0]) =>
  pageTabs(trace).map(({ slug, badge = '' }) => `${slug} ${badge}`.trim());

test('what a request has none of has no tab', (t) => {
  t.same(named(traceAt(1)), [
    'overview 1',
    'waterfall',
    'sql 50',
    'cache 1',
    'logs 1',
    'cpu',
    'headers',
    'tree',
  ]);
  t.same(named(traceAt(6)), ['overview', 'waterfall', 'cpu', 'headers', 'tree']);
  t.end();
});

test('kinds of plugins, errors and profiles have theirs', (t) => {
  const checkout = traceAt(2);
  const own = { ...checkout.spans[0]!, kind: 'queue' };
  const error = { name: 'Error', message: 'no', stack: [], at: 1, by: 'express' };
  const profiles = {
    cpu: aProfile([{ stack: ['own a a.js:1'], weight: 12 }]),
    heap: { ...aProfile([{ stack: ['own a a.js:1'], weight: 2000 }]), kind: 'heap' as const },
  };
  t.same(named({ ...checkout, spans: [...checkout.spans, own], errors: [error], profiles }), [
    ...['overview', 'waterfall', 'sql 4', 'cache 1', 'rpc 1', 'http 1', 'logs 1', 'queue 1', 'errors 1'],
    ...['cpu 12ms', 'heap 2 kB', 'headers', 'tree'],
  ]);
  t.end();
});

test('digits open tabs, or say why there is none', (t) => {
  const health = traceAt(6);
  t.match(tabOfKey(traceAt(1), '2'), { slug: 'sql' });
  t.match(tabOfKey(health, '9'), { slug: 'waterfall' });
  t.equal(tabOfKey(health, '3'), 'this request made no cache calls');
  t.equal(tabOfKey(health, '0'), undefined);
  t.equal(pageTabAt(pageTabs(health), 'sql').slug, 'overview');
  t.same([slugOf('log'), slugOf('sql'), callsText('sql', 1)], ['logs', 'sql', '1 query']);
  t.end();
});

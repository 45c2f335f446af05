import { test } from 'tap';
import { slicesOf } from '../../../src/insight/profile/slices.js';
import { aSpan, aTrace } from '../../factory.js';
import { aProfile, ORDERS_PROFILE } from '../../profile.js';

const slices = (...[trace]: Parameters<typeof aTrace>) =>
  slicesOf(aTrace(trace)).map(({ start, end, ms, function: each, place }) =>
    `${start}-${end} ${ms}ms ${each.name} ${place}`.trim(),
  );

test('code between the calls is named by the own function that most of it was in', (t) => {
  const spans = [
    aSpan({ start: 5, duration: 5 }),
    aSpan({ start: 46, duration: 2 }),
    aSpan({ kind: 'cache', start: 61, duration: 20 }),
  ];
  t.same(slices({ duration: 100, spans, profiles: { cpu: ORDERS_PROFILE } }), [
    '1-3 2ms list before query 1',
    '10-45 35ms hydrate between query 1 and 2',
    '52-60 8ms list between query 2 and cache call 1',
    '60-63 3ms (garbage collector) during cache call 1',
    '88-90 2ms list after cache call 1',
  ]);
  t.end();
});

test('several calls at once, none at all, and what is too short to be seen', (t) => {
  const own = 'own a a.js:1';
  const profile = aProfile([
    { stack: [own], weight: 3, at: 10 },
    { stack: [own], weight: 0.4, at: 40 },
  ]);
  const parallel = [1, 2, 3].map((start) => aSpan({ start, duration: 20 }));
  t.same(slices({ duration: 50, spans: parallel, profiles: { cpu: profile } }), [
    '7-10 3ms a during query 1 and 2 others',
  ]);
  t.same(slices({ duration: 50, profiles: { cpu: profile } }), ['7-10 3ms a']);
  t.same(slices({ duration: 500, spans: parallel, profiles: { cpu: profile } }), []);
  t.same(slices({ duration: 50, spans: parallel, profiles: { cpu: { ...profile, runs: 2 } } }), []);
  t.same(slices({ duration: 50, spans: parallel }), []);
  t.end();
});

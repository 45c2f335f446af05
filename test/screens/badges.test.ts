import { test } from 'tap';
import type { Trace } from '../../src/domain/trace.js';
import { badgesOf } from '../../src/screens/badges.js';
import { summaryOf } from '../../src/store/filter-match.js';
import { aSpan, aTrace } from '../factory.js';

const badgeTexts = (trace: Partial<Trace>) => badgesOf(summaryOf(aTrace(trace))).map(({ text }) => text);

test('a failed request has a single error badge', (t) => {
  t.same(badgeTexts({}), []);
  t.same(badgeTexts({ status: 404 }), []);
  t.same(badgeTexts({ status: 503 }), ['ERR']);
  t.same(badgeTexts({ spans: [aSpan({ error: 'no' })] }), ['ERR']);
  t.same(badgeTexts({ state: 'died' }), ['DIED']);
  t.same(badgeTexts({ state: 'died', spans: [aSpan({ error: 'no' })] }), ['DIED']);
  t.same(badgeTexts({ aborted: true, duration: 500 }), ['SLOW']);
  t.end();
});

import { test } from 'tap';
import type { Trace } from '../../../src/domain/trace.js';
import { summaryOf } from '../../../src/store/filter-match.js';
import { badgesOf } from '../../../src/tui/view/badges.js';
import { aSpan, aTrace } from '../../factory.js';

const shown = (trace: Partial<Trace>) => badgesOf(summaryOf(aTrace(trace))).map(({ text }) => text);

test('what went wrong is one badge', (t) => {
  t.same(shown({}), []);
  t.same(shown({ status: 404 }), []);
  t.same(shown({ status: 503 }), ['ERR']);
  t.same(shown({ spans: [aSpan({ error: 'no' })] }), ['ERR']);
  t.same(shown({ state: 'died' }), ['DIED']);
  t.same(shown({ state: 'died', spans: [aSpan({ error: 'no' })] }), ['DIED']);
  t.same(shown({ aborted: true, duration: 500 }), ['SLOW']);
  t.end();
});

import { test } from 'tap';
import type { Finding, Span, Trace } from '../../../src/domain/trace.js';
import { findingSummary, requestSummary } from '../../../src/insight/verify/summary.js';
import { verificationOf } from '../../../src/insight/verify/verdicts.js';
import { aSpan, aTrace } from '../../factory.js';

const LIST = (rows: number) => aSpan({ name: 'SELECT * FROM orders LIMIT 50', rows });
const LOOP = (calls: number) => Array.from({ length: calls }, (_, n) => aSpan({ detail: { params: [n] } }));
const BATCH = aSpan({ name: 'SELECT * FROM items WHERE order_id = ANY($1)', rows: 50 });

/** A request with a list, then a loop of so many calls, which is a finding unless `found` is none. */
function looped(
  calls: number,
  { rows = calls, found, ...trace }: Partial<Trace> & { rows?: number; found?: Partial<Finding> | null } = {},
) {
  const spans: Span[] = [LIST(rows), ...LOOP(calls)];
  const finding: Finding = {
    id: 'aaaa',
    kind: 'n+1',
    severity: 'high',
    message: 'a loop',
    spans: spans.map((_, index) => index).slice(1),
    site: 'src/orders.js:47',
    function: 'listOrders',
    ms: calls * 2,
    confidence: 0.9,
    reasons: [],
    ...found,
  };
  return aTrace({ spans, findings: found === null || calls < 5 ? [] : [finding], ...trace });
}

test('a loop that became one query is gone', (t) => {
  const after = aTrace({ spans: [LIST(50), BATCH], duration: 4 });
  const verification = verificationOf(looped(50), after);
  t.equal(verification.verdict, 'gone');
  t.match(verification.findings, [{ id: 'aaaa', verdict: 'gone', before: { calls: 50, ms: 100 } }]);
  t.notOk('after' in verification.findings[0]!);
  t.equal(findingSummary(verification.findings[0]!), '50 calls, 100ms → none');
  t.equal(requestSummary(verification.before, verification.after), 'queries 51 → 2, 13ms → 4.0ms');
  t.end();
});

test('the same finding is still there, with fewer calls it is better', (t) => {
  t.match(verificationOf(looped(50), looped(50)), { verdict: 'still there' });
  const better = verificationOf(looped(50), looped(10, { rows: 50 }));
  t.match(better, { verdict: 'better', findings: [{ after: { calls: 10, ms: 20 } }], new: [] });
  t.equal(findingSummary(better.findings[0]!), '50 calls, 100ms → 10 calls, 20ms');
  const slow = { kind: 'slow', id: 'bbbb', spans: [1] };
  const timed = (ms: number) => looped(5, { found: { ...slow, ms } });
  t.match(verificationOf(timed(900), timed(850)), { verdict: 'still there' });
  t.match(verificationOf(timed(900), timed(300)), { verdict: 'better' });
  t.end();
});

test('a loop that moved, or runs at once, is found under its new id', (t) => {
  const moved = looped(50, { found: { id: 'cccc', function: 'load', site: 'src/load.js:3' } });
  t.match(verificationOf(looped(50), moved), {
    verdict: 'still there',
    findings: [{ id: 'aaaa', note: 'at src/load.js:3' }],
    new: [],
  });
  const parallel = looped(50, { found: { id: 'dddd', kind: 'n+1-parallel' } });
  t.match(verificationOf(looped(50), parallel).findings, [
    { verdict: 'still there', note: 'it is N+1-PARALLEL now' },
  ]);
  t.end();
});

test('a loop over fewer rows is no proof', (t) => {
  t.match(verificationOf(looped(50), looped(0)), {
    verdict: 'unclear',
    findings: [{ note: 'the query before the loop returned 0 rows now, and 50 before' }],
  });
  t.match(verificationOf(looped(50), looped(20)), { verdict: 'still there' });
  t.match(
    verificationOf(looped(50), looped(3, { rows: 50 })),
    { verdict: 'better', findings: [{ after: { calls: 3, ms: 6 }, note: 'so few are no finding' }] },
    'below the limit of the rule',
  );
  t.end();
});

test('another answer is no proof, but for what failed', (t) => {
  const login = aTrace({ status: 302, spans: [] });
  t.match(verificationOf(looped(50), login), {
    verdict: 'unclear',
    findings: [{ note: 'it was answered 302 now, and 200 before' }],
  });
  t.match(verificationOf(looped(50), aTrace({ state: 'died' })), {
    findings: [{ note: 'the app died while it answered' }],
  });
  t.match(verificationOf(looped(50), aTrace({ dropped: 3 })), { verdict: 'unclear' });
  const failed = looped(5, { status: 500, found: { kind: 'thrown', spans: [] } });
  t.match(verificationOf(failed, aTrace()), { verdict: 'gone' });
  t.match(
    verificationOf(failed, aTrace({ status: 503 })),
    { verdict: 'gone' },
    'another error, of the proxy',
  );
  t.end();
});

test('what the fix brought with it is new', (t) => {
  const found = { id: 'eeee', kind: 'over-fetching', spans: [1] };
  const after = { ...looped(5, { found }), spans: [LIST(50), BATCH] };
  t.match(verificationOf(looped(50), after), { verdict: 'gone', new: [{ id: 'eeee' }] });
  t.end();
});

test('without its body a request may have nothing to do', (t) => {
  const statement = { id: 'a', tables: ['items'], isWrite: false, isControl: false, isBatched: false };
  const ofItems = (text: string) => aSpan({ name: text, shape: { text, statement } });
  const before = looped(0);
  before.spans = Array.from({ length: 6 }, () => ofItems('SELECT ? FROM items'));
  before.findings = looped(6).findings.map((finding) => ({ ...finding, spans: [0, 1, 2, 3, 4, 5] }));
  const verdictOf = (spans: Span[], without: string[]) =>
    verificationOf(before, aTrace({ spans }), undefined, without).findings[0];
  t.match(verdictOf([], ['its body']), {
    verdict: 'unclear',
    note: 'it was sent without its body, and asked for nothing of it',
  });
  t.match(verdictOf([], ['cookie']), { verdict: 'gone' });
  t.match(verdictOf([ofItems('SELECT ? FROM items WHERE id = ANY (?)')], ['its body']), { verdict: 'gone' });
  t.end();
});

test('a tick that failed is no proof', (t) => {
  const tick = looped(50, { method: 'tick' });
  const failed = aTrace({ method: 'tick', state: 'failed' });
  delete tick.status;
  delete failed.status;
  t.match(verificationOf(tick, failed), {
    verdict: 'unclear',
    findings: [{ note: 'it is failed now, and done before' }],
  });
  t.end();
});

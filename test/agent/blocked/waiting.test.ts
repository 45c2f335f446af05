import { test } from 'tap';
import { noteActivity, takeLongestGap } from '../../../src/agent/blocked/activity.cjs';
import { forgetBlocks, noteEnd, noteOpen, tellWaiting } from '../../../src/agent/blocked/waiting.cjs';
import { now, TracedRequest } from '../../../src/agent/request/traced-request.cjs';

test('a request that is told of a block before it has not blocked the loop since', (t) => {
  t.teardown(forgetBlocks);
  const at = now();
  const blocker = new TracedRequest({ id: 'blocker', proxied: true });
  tellWaiting([{ start: at - 300, end: at - 200, request: blocker, stack: 7, name: 'hashSync' }], at - 190);
  // From the proxy: it may have waited there during the block.
  const late = new TracedRequest({ id: 'late', proxied: true });
  noteOpen(late);
  noteEnd(late);
  takeLongestGap(at);
  tellWaiting([], at);
  noteActivity(at + 1, late, 0);
  t.same(takeLongestGap(at + 2), { start: at, end: at + 1, request: late, stack: 0 });
  t.end();
});

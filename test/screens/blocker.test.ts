import { test } from 'tap';
import { blockerOf } from '../../src/screens/blocker.js';

const wait = (duration: number, trace?: string) => ({
  kind: 'blocked',
  duration,
  detail: { request: 'GET /report', ...(trace !== undefined && { trace }) },
});

test('the request that blocked the selected call, or else the one that blocked longest', (t) => {
  const spans = [{ kind: 'sql' }, wait(40, 'a'), wait(30, 'b'), wait(20, 'b'), wait(500)];
  t.equal(blockerOf({ spans }), 'b');
  t.equal(blockerOf({ spans }, 1), 'a');
  t.equal(blockerOf({ spans }, 0), 'b', 'a query waits for none');
  t.equal(blockerOf({ spans: [wait(9)] }), undefined, 'code outside of requests');
  t.equal(blockerOf({ spans: [] }, 3), undefined);
  t.end();
});

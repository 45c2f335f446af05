/** The same call of a request that was sent again. */

import { test } from 'tap';
import type { Span, Trace } from '../../../src/domain/trace.js';
import { indexOfSameCall } from '../../../src/insight/calls/same-call.js';

function calls(...texts: string[]): Pick<Trace, 'spans'> {
  return {
    spans: texts.map((text) => ({ kind: 'sql', site: 'a.js:1', shape: { text } }) as Span),
  };
}

test('the call with as many of its shape and line before it; the last of a loop that is shorter', async (t) => {
  const before = calls('a', 'b', 'b', 'b');
  t.equal(indexOfSameCall(before, 2, calls('a', 'b', 'b', 'b')), 2);
  t.equal(indexOfSameCall(before, 2, calls('b', 'c', 'b')), 2);
  t.equal(indexOfSameCall(before, 3, calls('a', 'b', 'b')), 2);
  t.equal(indexOfSameCall(before, 3, calls('a')), -1);
});

import { test } from 'tap';
import { detailsOf } from '../../src/screens/call-details.js';
import { aSpan } from '../factory.js';

test('what the agent measured is a sentence', (t) => {
  const details = detailsOf(aSpan({ detail: { captures: 2, ttfb: 12, queue: 0.3 } }));
  t.same(details, [
    ['captures', 'seen 2 times while it ran'],
    ['ttfb', '12ms to the first byte of the answer'],
    ['queue', '0.3ms of the wait, behind other calls of its connection'],
  ]);
  t.same(detailsOf(aSpan({ detail: { blocking: true } })), [
    ['blocking', 'no other request was served meanwhile'],
  ]);
  t.same(detailsOf(aSpan({ detail: { inPieces: true, cost: 12 } })), [
    ['in pieces', 'on the event loop: other requests were served between them only'],
    ['cost', '12'],
  ]);
  t.end();
});

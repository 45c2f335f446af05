import { test } from 'tap';
import { cutWait } from '../../src/collector/waits.js';
import { aSpan } from '../factory.js';

const wait = aSpan({ kind: 'blocked', name: 'buildCsv', detail: { trace: 'r' }, start: 0, duration: 180 });
const find = (id: string) => (id === 'r' ? { method: 'GET', url: '/report?of=7' } : undefined);

test('a wait begins when its request was sent, and names the request that ran', (t) => {
  t.match(cutWait(wait, 12, find), {
    duration: 180,
    detail: { trace: 'r', request: 'GET /report' },
  });
  t.match(cutWait(wait, -100, find), { duration: 80 }, 'sent 100 ms after the beginning of the block');
  t.equal(cutWait(wait, -170, find), undefined, 'sent at its end');
  t.same(cutWait({ ...wait, detail: {} }, 0, find), { ...wait, detail: {} }, 'outside of requests');
  t.same(cutWait({ ...wait, detail: { trace: 'gone' } }, 0, find)?.detail, { trace: 'gone' });
  const block = { ...wait, kind: 'block' };
  t.equal(cutWait(block, -100, find), block, 'other calls stay as they are');
  t.end();
});

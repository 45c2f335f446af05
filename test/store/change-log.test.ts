import { test } from 'tap';
import { ChangeLog } from '../../src/store/change-log.js';

test('marks count on; what is too far back is to be read anew', async (t) => {
  // A wait for what is saved next keeps no process alive, this one included.
  const alive = setInterval(() => {}, 1_000);
  t.teardown(() => clearInterval(alive));
  const log = new ChangeLog();
  t.same(await log.since(undefined, 0), { mark: '0', ids: [] });
  log.add(['a', 'b']);
  t.same(await log.since('0', 0), { mark: '2', ids: ['a', 'b'] });
  t.same(await log.since('1', 0), { mark: '2', ids: ['b'] });
  t.same(await log.since('2', 1), { mark: '2', ids: [] });
  const waiting = log.since('2', 10_000);
  log.add(['c']);
  t.same(await waiting, { mark: '3', ids: ['c'] });
  log.add(Array.from({ length: 3000 }, (_, n) => `${n}`));
  t.same(await log.since('3', 0), { mark: '3003' });
  t.same(await log.since('9999', 0), { mark: '3003' }, 'the mark of another log');
});

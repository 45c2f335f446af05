import { test } from 'tap';
import { BacklogNotice } from '../../src/collector/backlog-notice.js';

function aNotice() {
  const said: string[] = [];
  const notice = new BacklogNotice((message) => said.push(message));
  return { said: () => said.splice(0), notice };
}

test('who is behind by a thousand says so, again at twice as many, and when it has caught up', (t) => {
  const { said, notice } = aNotice();
  notice.update(999, 0);
  t.same(said(), []);
  notice.update(1204, 0);
  notice.update(2400, 0);
  t.same(said(), ['1,204 requests behind: they are recorded as fast as this machine can']);
  notice.update(4100, 0);
  t.same(said(), ['4,100 requests behind: they are recorded as fast as this machine can']);
  notice.update(100, 0);
  t.same(said(), []);
  notice.update(99, 0);
  notice.update(0, 0);
  t.same(said(), ['no longer behind; no request was lost']);
  t.end();
});

test('what is not recorded is said at once, and counted in the end', (t) => {
  const { said, notice } = aNotice();
  notice.update(20_000, 3);
  t.same(said(), [
    'too many requests wait to be recorded; those that come meanwhile are not recorded',
    '20,000 requests behind: they are recorded as fast as this machine can',
  ]);
  notice.update(0, 12);
  t.same(said(), ['no longer behind; 12 requests were not recorded, because too many waited']);
  notice.end(0, 0);
  t.same(said(), []);
  notice.end(5000, 1);
  t.same(said(), [
    'recording the last 5,000 requests; another Ctrl-C leaves them out',
    '1 request was not recorded, because too many waited',
  ]);
  t.end();
});

import { test } from 'tap';
import { mayWriteAtOnce, writeAllAtOnce } from '../../../src/agent/record/write-credit.cjs';

test('a burst is written at once, then what a turn has is written together, until the exit', (t) => {
  for (let n = 1; n <= 32; n++) t.equal(mayWriteAtOnce(), true);
  let refused = 0;
  for (let n = 0; n < 10_000; n++) if (!mayWriteAtOnce()) refused++;
  t.ok(refused > 9000, `${refused} of 10,000 had to wait`);
  writeAllAtOnce();
  for (let n = 0; n < 100; n++) t.equal(mayWriteAtOnce(), true);
  t.end();
});

import { test } from 'tap';
import { BusyTime, CallTimes } from '../../../src/agent/record/call-times.cjs';

test('calls that run at once count once, and what still runs counts until now', (t) => {
  const time = new BusyTime();
  time.began(10);
  time.began(15);
  time.ended(20);
  time.ended(30);
  t.equal(time.upTo(100), 20);
  time.began(25);
  t.equal(time.upTo(34), 24, 'from the end of the last one');
  time.ended(40);
  time.began(50);
  time.discarded(50);
  t.same([time.upTo(100), time.count], [30, 3]);
  time.ended(200);
  t.equal(time.upTo(300), 30, 'an end of no call');
  t.end();
});

test('kinds apart, and all together; a cache with its hits; log lines and blocks not at all', (t) => {
  const times = new CallTimes();
  times.began('sql', 0);
  times.began('cache', 5);
  times.ended('cache', 8, { hits: 2, misses: 1 });
  times.began('log', 8);
  times.ended('log', 9, undefined);
  times.began('block', 9);
  times.ended('block', 9, undefined);
  times.ended('sql', 10, undefined);
  times.began('sql', 20);
  times.discarded('sql', 21);
  times.addLine(0.5);
  t.same(
    times.kinds.map(({ kind, count, hits, misses }) => ({ kind, count, hits, misses })),
    [
      { kind: 'sql', count: 1, hits: 0, misses: 0 },
      { kind: 'cache', count: 1, hits: 2, misses: 1 },
    ],
  );
  t.same([times.all.upTo(50), ...times.kinds.map((kind) => kind.upTo(50))], [11, 11, 3]);
  t.same([times.own, times.lines], [0.5, 1]);
  t.end();
});

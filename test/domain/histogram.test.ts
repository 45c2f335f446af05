import { test } from 'tap';
import { binsOf, bucketOf, percentile } from '../../src/domain/histogram.js';

test('each bucket is 10 % wider than the bucket before', (t) => {
  t.same(
    [0, 0.001, 0.0011, 0.00111, 0.00121, 1, 1.05, 1000, 3_600_000].map(bucketOf),
    [0, 0, 1, 2, 2, 73, 73, 145, 231],
  );
  t.end();
});

test('a percentile is exact where all times of its bucket are equal, and off by less than 10 % otherwise', (t) => {
  t.equal(percentile([], 0.5), 0);
  t.equal(percentile(binsOf([7.3]), 0.5), 7.3);
  t.equal(percentile(binsOf([1, 2, 3, 4]), 0.5), 2);
  t.equal(percentile(binsOf([1, 2, 3, 4]), 0.95), 4);
  t.equal(percentile(binsOf([5, 5, 5, 900]), 0.75), 5);
  t.equal(percentile(binsOf([undefined, 5, undefined]), 0.5), 5, 'what has no time does not count');
  const times = Array.from({ length: 5000 }, (_, n) => 0.01 * 1.003 ** n);
  for (const share of [0.01, 0.25, 0.5, 0.9, 0.95, 0.99, 1]) {
    const exact = times[Math.ceil(times.length * share) - 1]!;
    const off = Math.abs(percentile(binsOf(times), share) / exact - 1);
    t.ok(off < 0.1, `p${share * 100} is off by ${off}`);
  }
  t.end();
});

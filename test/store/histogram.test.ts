import { test } from 'tap';
import { type Bucket, bucketOf, percentile } from '../../src/store/histogram.js';

function bucketsOf(times: number[]): Bucket[] {
  const buckets = new Map<number, Bucket>();
  for (const ms of times) {
    const bucket = bucketOf(ms);
    const { count, ms: sum } = buckets.get(bucket) ?? { count: 0, ms: 0 };
    buckets.set(bucket, { bucket, count: count + 1, ms: sum + ms });
  }
  return [...buckets.values()];
}

test('each bucket is a tenth wider than the one before', (t) => {
  t.same(
    [0, 0.001, 0.0011, 0.00111, 0.00121, 1, 1.05, 1000, 3_600_000].map(bucketOf),
    [0, 0, 1, 2, 2, 73, 73, 145, 231],
  );
  t.end();
});

test('a percentile is exact where the times of its bucket are alike, and off by less than a tenth where not', (t) => {
  t.equal(percentile([], 0.5), 0);
  t.equal(percentile(bucketsOf([7.3]), 0.5), 7.3);
  t.equal(percentile(bucketsOf([1, 2, 3, 4]), 0.5), 2);
  t.equal(percentile(bucketsOf([1, 2, 3, 4]), 0.95), 4);
  t.equal(percentile(bucketsOf([5, 5, 5, 900]), 0.75), 5);
  const times = Array.from({ length: 5000 }, (_, n) => 0.01 * 1.003 ** n);
  for (const share of [0.01, 0.25, 0.5, 0.9, 0.95, 0.99, 1]) {
    const exact = times[Math.ceil(times.length * share) - 1]!;
    const off = Math.abs(percentile(bucketsOf(times), share) / exact - 1);
    t.ok(off < 0.1, `p${share * 100} is off by ${off}`);
  }
  t.end();
});

/** Times in buckets that grow by a tenth: what makes a percentile of millions of calls a sum of a few rows. Pure. */

const GROWTH = Math.log(1.1);

/** The bucket of what has no time. */
export const TIMELESS = -1;

/** Answers the bucket of a time in ms: 0 up to 1 µs, then each a tenth wider than the one before. */
export function bucketOf(ms: number): number {
  return ms <= 0.001 ? 0 : Math.ceil(Math.log(ms * 1000) / GROWTH - 1e-9);
}

/** Calls of one bucket, and the ms that they took together. */
export interface Bucket {
  bucket: number;
  count: number;
  ms: number;
}

/**
 * Answers the time in ms that a share (0 to 1) of the calls did not exceed: the mean of the bucket that the call at that
 * rank is in, so that it is off by less than a tenth, and not at all where all calls of the bucket took the same; what has no time does not count. 0 of none.
 */
export function percentile(buckets: Bucket[], share: number): number {
  const timed = buckets.filter(({ bucket }) => bucket !== TIMELESS).sort((a, b) => a.bucket - b.bucket);
  const all = timed.reduce((sum, { count }) => sum + count, 0);
  const rank = Math.max(1, Math.ceil(all * share));
  let seen = 0;
  for (const { count, ms } of timed) {
    seen += count;
    if (seen >= rank) return ms / count;
  }
  return 0;
}

/**
 * Histogram of times with buckets that grow by 10 %: percentiles of millions of calls from a few
 * rows.
 */

const GROWTH = Math.log(1.1);

/** Bucket of calls and requests without a time. */
const TIMELESS = -1;

/** Bucket of a time in ms: 0 up to 1 µs, then each bucket 10 % wider; TIMELESS without a time. */
export function bucketOf(ms: number | null | undefined): number {
  if (ms === undefined || ms === null) return TIMELESS;
  return ms <= 0.001 ? 0 : Math.ceil(Math.log(ms * 1000) / GROWTH - 1e-9);
}

/**
 * `bucketOf` in SQL, for the column `duration`. SQLite's logarithm may differ from V8's in the last
 * digit, a millionth of the margin 1e-9. A user-defined function would take a seventh of the time
 * of the browser's list by route.
 */
export const BUCKET_SQL = `CASE WHEN duration IS NULL THEN ${TIMELESS} WHEN duration <= 0.001 THEN 0
  ELSE CAST(ceil(ln(duration * 1000) / ${GROWTH} - 1e-9) AS INTEGER) END`;

/** `duration` in whole µs. */
export const TOTAL_SQL = 'CAST(ifnull(duration, 0) * 1000 + 0.5 AS INTEGER)';

/** Number of calls or requests in one bucket, and their total in whole µs. */
export interface Bin {
  bucket: number;
  count: number;
  total: number;
}

/** Bins of times in ms, in order of first appearance. */
export function binsOf(times: (number | undefined)[]): Bin[] {
  const bins = new Map<number, Bin>();
  for (const ms of times)
    addBin(bins, { bucket: bucketOf(ms), count: 1, total: Math.round((ms ?? 0) * 1000) });
  return [...bins.values()];
}

/** Adds a bin to bins keyed by bucket. */
export function addBin(bins: Map<number, Bin>, { bucket, count, total }: Bin): void {
  const known = bins.get(bucket);
  if (known) {
    known.count += count;
    known.total += total;
  } else bins.set(bucket, { bucket, count, total });
}

/**
 * Time in ms (whole µs) that a share (0 to 1) of the calls did not exceed: the mean of the bucket
 * at that rank, so the error is below 10 %, and 0 where all calls of the bucket took the same time.
 * Calls without a time do not count; 0 without calls.
 */
export function percentile(bins: Iterable<Bin>, share: number): number {
  const timed = [...bins].filter(({ bucket }) => bucket !== TIMELESS).sort((a, b) => a.bucket - b.bucket);
  const all = timed.reduce((sum, { count }) => sum + count, 0);
  const rank = Math.max(1, Math.ceil(all * share));
  let seen = 0;
  for (const { count, total } of timed) {
    seen += count;
    if (seen >= rank) return Math.round(total / count) / 1000;
  }
  return 0;
}

/** Times in buckets that grow by a tenth: what makes a percentile of millions of calls a sum of a few rows. Pure. */

const GROWTH = Math.log(1.1);

/** The bucket of what has no time. */
const TIMELESS = -1;

/** Bucket of a time in ms: 0 up to 1 µs, then each a tenth wider than the one before; of no time one of its own. */
export function bucketOf(ms: number | null | undefined): number {
  if (ms === undefined || ms === null) return TIMELESS;
  return ms <= 0.001 ? 0 : Math.ceil(Math.log(ms * 1000) / GROWTH - 1e-9);
}

/**
 * The same in SQL, of the column `duration`, and the µs that it comes to. SQLite's logarithm may differ from ours in its last
 * digit, a millionth of the margin above. A function of ours would take a seventh of the time of the browser's list by route.
 */
export const BUCKET_SQL = `CASE WHEN duration IS NULL THEN ${TIMELESS} WHEN duration <= 0.001 THEN 0
  ELSE CAST(ceil(ln(duration * 1000) / ${GROWTH} - 1e-9) AS INTEGER) END`;

export const TOTAL_SQL = 'CAST(ifnull(duration, 0) * 1000 + 0.5 AS INTEGER)';

/** Calls or requests of one bucket, and the whole µs that they took together. */
export interface Bin {
  bucket: number;
  count: number;
  total: number;
}

/** Bins of some times in ms, in the order in which each is met first. */
export function binsOf(times: (number | undefined)[]): Bin[] {
  const bins = new Map<number, Bin>();
  for (const ms of times)
    addTo(bins, { bucket: bucketOf(ms), count: 1, total: Math.round((ms ?? 0) * 1000) });
  return [...bins.values()];
}

/** Adds a bin to those that are known by their buckets. */
export function addTo(bins: Map<number, Bin>, { bucket, count, total }: Bin): void {
  const known = bins.get(bucket);
  if (known) {
    known.count += count;
    known.total += total;
  } else bins.set(bucket, { bucket, count, total });
}

/**
 * Time in ms that a share (0 to 1) of the calls did not exceed, in whole µs: the mean of the bucket that the call at that
 * rank is in, so that it is off by less than a tenth, and not at all where all calls of the bucket took the same. What has
 * no time does not count. 0 of none.
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

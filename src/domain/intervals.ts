/** Intervals of time: how much of a request calls took, where concurrent calls count once. */

/** From start to end, in ms or µs. */
export interface Interval {
  start: number;
  end: number;
}

/** Time covered by at least one of the intervals. */
export function unionMs(intervals: readonly Interval[]): number {
  let total = 0;
  let coveredUntil = Number.NEGATIVE_INFINITY;
  for (const { start, end } of [...intervals].sort((a, b) => a.start - b.start)) {
    if (end > coveredUntil) {
      total += end - Math.max(start, coveredUntil);
      coveredUntil = end;
    }
  }
  return total;
}

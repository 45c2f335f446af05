/** Intervals of time: how much of a request calls took, where concurrent calls count once. */

/** From start to end, in ms or µs. */
export interface Interval {
  start: number;
  end: number;
}

/** The intervals in order of time: most come in it, and a sort copies them. */
function byStart(intervals: readonly Interval[]): readonly Interval[] {
  return intervals.every(({ start }, at) => at === 0 || intervals[at - 1]!.start <= start)
    ? intervals
    : [...intervals].sort((a, b) => a.start - b.start);
}

/** Time covered by at least one of the intervals. */
export function unionMs(intervals: readonly Interval[]): number {
  let total = 0;
  let coveredUntil = Number.NEGATIVE_INFINITY;
  for (const { start, end } of byStart(intervals)) {
    if (end > coveredUntil) {
      total += end - Math.max(start, coveredUntil);
      coveredUntil = end;
    }
  }
  return total;
}

/** Intervals without overlaps, in order of time; touching ones are one. */
export function mergeIntervals(intervals: readonly Interval[]): Interval[] {
  const merged: Interval[] = [];
  for (const { start, end } of byStart(intervals)) {
    if (end <= start) continue;
    const last = merged.at(-1);
    if (last && start <= last.end) last.end = Math.max(last.end, end);
    else merged.push({ start, end });
  }
  return merged;
}

/** What of some intervals is in none of the others; both merged, as is the result. */
export function subtractIntervals(from: readonly Interval[], others: readonly Interval[]): Interval[] {
  const left: Interval[] = [];
  let at = 0;
  for (const { start, end } of from) {
    let begin = start;
    while (at < others.length && others[at]!.end <= begin) at++;
    for (let next = at; next < others.length && others[next]!.start < end; next++) {
      const other = others[next]!;
      if (other.start > begin) left.push({ start: begin, end: other.start });
      begin = Math.max(begin, other.end);
    }
    if (begin < end) left.push({ start: begin, end });
  }
  return left;
}

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

/** Intervals that are asked about many times: how much of a time they cover, and whether one spans it. */
export class CoveredTime {
  readonly #merged: Interval[];
  /** Time covered until the end of each of the merged ones. */
  readonly #totals: number[] = [];
  readonly #sorted: readonly Interval[];
  /** The latest end of each interval and those before it. */
  readonly #latestEnds: number[] = [];

  constructor(intervals: readonly Interval[]) {
    this.#sorted = byStart(intervals);
    this.#merged = mergeIntervals(this.#sorted);
    let total = 0;
    for (const { start, end } of this.#merged) this.#totals.push((total += end - start));
    let latest = Number.NEGATIVE_INFINITY;
    for (const { end } of this.#sorted) this.#latestEnds.push((latest = Math.max(latest, end)));
  }

  /** Time between two instants that at least one of the intervals covers. */
  within(start: number, end: number): number {
    return end > start ? this.#until(end) - this.#until(start) : 0;
  }

  /** Whether one of the intervals covers the whole time. */
  covers({ start, end }: Interval): boolean {
    return this.#latestEndOf(countUntil(this.#sorted, start)) >= end;
  }

  /** Whether one of the intervals starts before an instant and ends at another, or later. */
  hasOne({ startBefore, endFrom }: { startBefore: number; endFrom: number }): boolean {
    return this.#latestEndOf(countBefore(this.#sorted, startBefore)) >= endFrom;
  }

  #latestEndOf(count: number): number {
    return this.#latestEnds[count - 1] ?? Number.NEGATIVE_INFINITY;
  }

  #until(instant: number): number {
    const last = countUntil(this.#merged, instant) - 1;
    return last < 0 ? 0 : this.#totals[last]! - Math.max(0, this.#merged[last]!.end - instant);
  }
}

/** How many of the intervals, in order of time, start at an instant or before it. */
function countUntil(sorted: readonly Interval[], instant: number): number {
  return countWhile(sorted, ({ start }) => start <= instant);
}

function countBefore(sorted: readonly Interval[], instant: number): number {
  return countWhile(sorted, ({ start }) => start < instant);
}

function countWhile(sorted: readonly Interval[], isEarly: (interval: Interval) => boolean): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isEarly(sorted[middle]!)) low = middle + 1;
    else high = middle;
  }
  return low;
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

import fc from 'fast-check';
import { test } from 'tap';
import { CoveredTime, type Interval, unionMs } from '../../src/domain/intervals.js';
import { holds } from '../property.js';

const instant = fc.integer({ min: 0, max: 30 });
const interval = fc.tuple(instant, instant).map(([a, b]) => ({ start: Math.min(a, b), end: Math.max(a, b) }));

function clipped(intervals: Interval[], { start, end }: Interval): Interval[] {
  return intervals
    .map((each) => ({ start: Math.max(each.start, start), end: Math.min(each.end, end) }))
    .filter((each) => each.end > each.start);
}

test('covered time is that of the intervals one by one', async (t) => {
  const same = fc.property(fc.array(interval, { maxLength: 12 }), interval, (intervals, asked) => {
    const covered = new CoveredTime(intervals);
    const { start, end } = asked;
    if (covered.within(start, end) !== unionMs(clipped(intervals, asked))) return false;
    if (covered.covers(asked) !== intervals.some((each) => each.start <= start && each.end >= end))
      return false;
    const hasOne = intervals.some((each) => each.start < start && each.end >= end);
    return covered.hasOne({ startBefore: start, endFrom: end }) === hasOne;
  });
  await t.resolves(holds(same, 500));
  t.equal(new CoveredTime([]).within(0, 5), 0);
  t.equal(new CoveredTime([{ start: 1, end: 3 }]).within(5, 2), 0, 'a time that ends before it begins');
  t.end();
});

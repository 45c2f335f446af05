import { test } from 'tap';
import { callGraphOf } from '../../../src/insight/win/call-graph.js';
import { dropCall, durationBy, scheduleOf } from '../../../src/insight/win/schedule.js';
import { stackOf } from '../story.js';

const stack = stackOf('a.js:1 page');
const call = (start: number, duration: number, wait = 0) => ({
  ...{ kind: 'sql', library: 'pg', name: 'SELECT 1', start, duration, stack },
  ...(wait > 0 && { wait }),
});

test('as recorded, a schedule takes as long as the request did', (t) => {
  const spans = [call(1, 5), call(1.5, 3, 4.6), call(2, 1), call(10, 4), call(16, 1)];
  t.equal(durationBy(scheduleOf(callGraphOf({ spans, duration: 20 })!)), 20);
  t.equal(durationBy(scheduleOf(callGraphOf({ spans: [], duration: 20 })!)), 20);
  t.end();
});

test('a call that is dropped leaves the code before it', (t) => {
  const schedule = scheduleOf(callGraphOf({ spans: [call(1, 5), call(8, 4), call(13, 2)], duration: 16 })!);
  dropCall(schedule, 1);
  t.equal(durationBy(schedule), 12);
  t.end();
});

test('a connection comes sooner when the call before takes less', (t) => {
  const schedule = scheduleOf(callGraphOf({ spans: [call(1, 5), call(1.1, 4, 5)], duration: 11 })!);
  schedule.run[0] = 1;
  t.equal(Math.round(durationBy(schedule) * 10) / 10, 7);
  t.end();
});

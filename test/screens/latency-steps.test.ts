import { test } from 'tap';
import { nextLatency } from '../../src/screens/latency-steps.js';

test('latencies go up and down in steps, to an end at either side', (t) => {
  t.same([nextLatency(0, 1), nextLatency(2, 1), nextLatency(100, 1)], [0.5, 5, 100]);
  t.same([nextLatency(0, -1), nextLatency(0.5, -1), nextLatency(100, -1)], [0, 0, 50]);
  t.end();
});

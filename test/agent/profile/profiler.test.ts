/** The profiler's clock beside the process's. */

import { test } from 'tap';
import { originOffset } from '../../../src/agent/profile/profiler.cjs';

test('a thread that loses its CPU between two clocks does not move the samples', (t) => {
  // ns of a clock that is 5 s ahead; each reading takes 1 µs, one of them stands still for 4 ms.
  let time = 0;
  let readings = 0;
  const { hrtime } = process;
  const reading = () => {
    readings++;
    time += readings === 3 ? 4_000_000 : 1_000;
    return time;
  };
  process.hrtime = Object.assign((): [number, number] => [5, reading()], { bigint: hrtime.bigint });
  const offset = originOffset(() => reading() / 1e6);
  process.hrtime = hrtime;
  t.ok(Math.abs(offset + 5e6) < 0.01, `${offset} µs`);
  t.end();
});

/** Whatever fails while the agent watches a serving app, the app's output stays the same. */

import { join } from 'node:path';
import { test } from 'tap';
import { postgres } from '../servers/index.js';
import { ROOT, runPlain, runRecorded } from './app.js';
import { askAt, EXCEPTED, FAULTS, MAX_TEST_MS } from './faults.js';

const APP = [join(ROOT, 'test/fixtures/faulty-app.cjs')];

test('an error at any function of the agent leaves the output of a serving app the same', {
  timeout: MAX_TEST_MS,
}, async (t) => {
  const { url: SERVER } = await postgres(t);
  let expected = '';
  const plain = await runPlain(APP, {
    env: { SERVER },
    drive: async (url) => {
      expected = await askAt(url, '/m/calls');
      await askAt(url, '/end');
    },
  });
  t.match(expected, /^200 \{"pg":\[\{"n":1\}\]/);
  const failed: string[] = [];
  let points: string[] = [];
  const recorded = await runRecorded(APP, {
    env: { SERVER, NODE_OPTIONS: FAULTS },
    drive: async (url) => {
      await askAt(url, '/m/calls');
      points = JSON.parse((await askAt(url, '/points')).slice(4)).filter(
        (point: string) => !EXCEPTED.has(point),
      );
      for (const point of points) {
        const body = await askAt(url, '/m/calls', point).catch((error: Error) => error.message);
        if (body !== expected) failed.push(`${point}: ${body.slice(0, 1500)}`);
      }
      await askAt(url, '/end');
    },
  });
  t.same(failed, []);
  t.ok(points.length > 150, `${points.length} functions`);
  // The first request is without a fault.
  t.equal(recorded.stderr, plain.stderr.repeat(points.length + 1));
  t.same([recorded.stdout, recorded.code, recorded.signal], [plain.stdout, 0, null]);
});

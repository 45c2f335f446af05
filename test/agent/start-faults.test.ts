/** Whatever fails while the agent starts, the app runs, and its output stays the same. */

import { join } from 'node:path';
import { test } from 'tap';
import { ROOT, runPlain, runRecorded } from './app.js';
import { askAt, EXCEPTED, FAULTS } from './faults.js';

/** Processes. */
const AT_ONCE = 4;
const STARTED = [join(ROOT, 'test/fixtures/faulty-start.cjs')];

test('an error at any function of the agent while it starts leaves the output the same', async (t) => {
  const drive = async (url: string) => {
    t.equal(await askAt(url, '/'), '200 [{"n":1}]');
    await askAt(url, '/end');
  };
  const plain = await runPlain(STARTED, { drive });
  t.match(plain, { code: 0, stdout: 'ended\n', stderr: '' });
  let points: string[] = [];
  await runRecorded(STARTED, {
    env: { NODE_OPTIONS: FAULTS, NODE_V8_COVERAGE: '' },
    drive: async (url) => {
      const reached: string[] = JSON.parse((await askAt(url, '/points')).slice(4));
      // Before it, files of the agent load, which cannot fail in one process and not in the other.
      points = reached.slice(reached.indexOf('preload:start')).filter((point) => !EXCEPTED.has(point));
      await askAt(url, '/end');
    },
  });
  t.ok(points.length > 60, `${points.length} functions`);
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let POINT = points.pop(); POINT !== undefined; POINT = points.pop()) {
        const launch = { env: { NODE_OPTIONS: FAULTS, NODE_V8_COVERAGE: '', POINT }, drive };
        const { code, signal, stdout, stderr } = await runRecorded(STARTED, launch);
        t.same({ code, signal, stdout, stderr }, plain, POINT);
      }
    }),
  );
});

/** Whatever fails while the agent starts, the app runs, and its output stays the same. */

import { join } from 'node:path';
import { test } from 'tap';
import { ROOT, runPlain, runRecorded } from './app.js';
import { askAt, EXCEPTED, FAULTS } from './faults.js';

/** Processes. */
const AT_ONCE = 4;
/** Functions that throw in one process; one that another's error keeps from being called has its turn in a later one. */
const TOGETHER = 5;
const STARTED = [join(ROOT, 'test/fixtures/faulty-start.cjs')];

test('an error at any function of the agent while it starts leaves the output the same', async (t) => {
  const answers = async (url: string) => {
    t.equal(await askAt(url, '/'), '200 [{"n":1}]');
    return await askAt(url, '/end');
  };
  const plain = await runPlain(STARTED, { drive: answers });
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
  while (points.length > 0) {
    const missed = await throwAtOnce(groupsOf(points));
    if (missed.length === points.length) return t.same(missed, [], 'functions that do not throw');
    points = missed;
  }

  /** Answers the points of the groups that did not throw. */
  async function throwAtOnce(groups: string[][]): Promise<string[]> {
    const missed: string[] = [];
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        for (let group = groups.pop(); group !== undefined; group = groups.pop()) {
          let thrown: string[] = [];
          const { code, signal, stdout, stderr } = await runRecorded(STARTED, {
            env: { NODE_OPTIONS: FAULTS, NODE_V8_COVERAGE: '', POINTS: group.join(' ') },
            drive: async (url) => {
              thrown = JSON.parse((await answers(url)).slice(4));
            },
          });
          t.same({ code, signal, stdout, stderr }, plain, group.join(' '));
          missed.push(...group.filter((point) => !thrown.includes(point)));
        }
      }),
    );
    return missed;
  }
});

/** Groups of points that are far from each other, as one error mostly ends what its caller was about. */
function groupsOf(points: string[]): string[][] {
  const count = Math.ceil(points.length / TOGETHER);
  return Array.from({ length: count }, (_, i) => points.filter((_, n) => n % count === i));
}

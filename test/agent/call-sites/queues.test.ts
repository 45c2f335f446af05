/** Queues at module level: the calls that requests hand over stay with them, with their lines. */

import { Agent } from 'node:http';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import type { Trace } from '../../../src/domain/trace.js';
import { nodes } from '../../nodes.js';
import { ask, ROOT, runRecorded } from '../app.js';
import { serverFor } from '../servers.js';
import { sitesIn } from '../sites.js';

const FOLDER = join(ROOT, 'test/fixtures/contention');
const FIXTURE = join(FOLDER, 'queues.cjs');
const WAYS = sitesIn(FIXTURE);

/** Calls of a trace by the mark in them and by line. */
function callsOf({ spans }: Trace): { marks: number[]; sites: string[] } {
  const calls = spans.filter(({ kind }) => kind === 'sql');
  const marks = calls.map(({ detail }) => Number((detail as { params: unknown[] }).params[0]));
  return { marks: [...new Set(marks)], sites: calls.map(({ site }) => site ?? 'nowhere').sort() };
}

async function shareOneQueue(t: Test, app: string, node: string, atOnce: number, ways: string[]) {
  const env = {
    FIXTURE,
    DRIVER: 'pg',
    SERVER: JSON.stringify(await serverFor(t, 'postgres')),
  };
  const { traces, stderr } = await runRecorded([join(FOLDER, app)], {
    node,
    env,
    drive: async (url) => {
      const agent = new Agent({ maxSockets: Number.POSITIVE_INFINITY });
      for (const way of ways)
        await Promise.all(Array.from({ length: atOnce }, (_, n) => ask(`${url}/${way}/${n}`, agent)));
      await ask(`${url}/end`);
    },
  });
  t.equal(stderr, '');
  for (const way of ways) {
    const own = traces.filter(({ url }) => url.startsWith(`/${way}/`));
    t.equal(own.length, atOnce, way);
    const wrong = own.filter((trace) => {
      const { marks, sites } = callsOf(trace);
      const isOwn = marks.length === 1 && marks[0] === Number(trace.url.split('/')[2]);
      return !isOwn || sites.join() !== WAYS.get(way)!.join();
    });
    t.same(wrong.map(callsOf).slice(0, 3), [], `${wrong.length} of ${atOnce} requests of ${way}`);
  }
}

for (const { version, path } of (await nodes()).filter(({ version }) => /^2[04]\./.test(version))) {
  for (const app of ['app.cjs', 'app.mjs'])
    test(`20 requests at each queue, ${app.slice(4)}, Node ${version}`, (t) =>
      shareOneQueue(t, app, path, 20, [...WAYS.keys()]));
  test(`200 requests at one queue, Node ${version}`, (t) =>
    shareOneQueue(t, 'app.cjs', path, 200, [
      'pLimit3',
      'pQueue',
      'asyncQueue',
      'fastqPromise',
      'bottleneck',
    ]));
}

/** Processes and threads without a port: their calls are those of the request that asked. */

import { Agent } from 'node:http';
import { join } from 'node:path';
import { test } from 'tap';
import type { Trace } from '../../../src/domain/trace.js';
import { nodesInTurn } from '../../nodes.js';
import { ask, ROOT, runRecorded } from '../app.js';
import { serverFor } from '../servers.js';

const FOLDER = join(ROOT, 'test/fixtures/processes');
const AT_ONCE = 12;

/** Queries of a request by way: those of the worker, and one where the answer arrives. */
const QUERIES: Record<string, string[]> = {
  fork: ['worker.cjs:10', 'worker.cjs:12', 'app.cjs:18'],
  thread: ['worker.cjs:10', 'worker.cjs:12', 'app.cjs:18'],
  piscina: ['task.cjs:8', 'task.cjs:9'],
  tinypool: ['task.cjs:8', 'task.cjs:9'],
  script: ['script.cjs:8'],
  oneThread: ['script.cjs:8'],
};

function callsOf({ spans }: Trace): { mark: unknown; site: string }[] {
  return spans
    .filter(({ kind }) => kind === 'sql')
    .map(({ detail, site = 'nowhere' }) => ({
      mark: (detail as { params: unknown[] }).params[0],
      site: site.slice('test/fixtures/processes/'.length),
    }));
}

for (const { version, path } of await nodesInTurn(1)) {
  test(`calls of other processes and threads, Node ${version}`, async (t) => {
    const { url: PG } = (await serverFor(t, 'postgres')) as { url: string };
    const answers: string[] = [];
    const { traces, outside, stderr } = await runRecorded([join(FOLDER, 'app.cjs')], {
      node: path,
      env: { PG },
      drive: async (url) => {
        const agent = new Agent({ maxSockets: Number.POSITIVE_INFINITY });
        for (const way of Object.keys(QUERIES)) {
          // Each start of a process is slow.
          const count = way === 'script' || way === 'oneThread' ? 2 : AT_ONCE;
          const each = await Promise.all(
            Array.from({ length: count }, (_, n) => ask(`${url}/${way}/${way}${n}`, agent)),
          );
          if (way === 'fork' || way === 'thread') answers.push(...each.map(({ body }) => body));
        }
        await ask(`${url}/end`);
      },
    });
    t.equal(stderr, '');
    for (const [way, sites] of Object.entries(QUERIES)) {
      const own = traces.filter(({ url }) => url.startsWith(`/${way}/`));
      for (const { url, state } of own) t.equal(state, 'done', url);
      for (const trace of own) {
        const mark = trace.url.split('/')[2];
        t.same(
          callsOf(trace),
          sites.map((site) => ({ mark, site })),
          trace.url,
        );
      }
    }
    t.same(
      outside.filter(({ kind }) => kind === 'sql'),
      [],
    );
    t.equal(answers.length, 2 * AT_ONCE);
    for (const body of answers) t.match(body, /"keys":\["id","mark"\]/, 'a message arrives as it was sent');
  });
}

test('a script without a server, which ends at once, is recorded outside requests', async (t) => {
  const { url: PG } = (await serverFor(t, 'postgres')) as { url: string };
  const { traces, outside, code } = await runRecorded([join(FOLDER, 'lonely.cjs'), 'x'], { env: { PG } });
  t.equal(code, 0);
  t.same(traces, []);
  t.same(
    outside.filter(({ kind }) => kind === 'sql').map(({ site }) => site),
    ['test/fixtures/processes/script.cjs:8'],
  );
});

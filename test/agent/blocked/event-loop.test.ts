import { join } from 'node:path';
import { test } from 'tap';
import { ask, ROOT, runRecorded } from '../app.js';

test('code that blocks the event loop, and cannot be seen, is recorded under the request that ran it', async (t) => {
  const shapes = ['warm', 'atOnce', 'later', 'waits'];
  const { traces, code, stderr } = await runRecorded([join(ROOT, 'test/fixtures/blocked-loop.cjs')], {
    blocks: true,
    drive: async (url) => {
      for (const shape of [...shapes, 'end']) await ask(`${url}/${shape}`);
    },
  });
  t.equal(code, 0, stderr);
  const blocks = (shape: string) =>
    traces.find(({ url }) => url === `/${shape}`)!.spans.map(({ kind, name }) => `${kind} ${name}`);
  t.same(shapes.map(blocks), [[], ['block event loop'], ['block event loop'], []]);
});

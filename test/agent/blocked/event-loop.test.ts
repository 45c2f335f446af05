import { join } from 'node:path';
import { test } from 'tap';
import { ask, ROOT, runRecorded } from '../app.js';

test('code that blocks the event loop, and cannot be seen, is recorded under the request that ran it', async (t) => {
  const shapes = ['warm', 'atOnce', 'later', 'waits', 'computed'];
  const { traces, code, stderr } = await runRecorded([join(ROOT, 'test/fixtures/blocked-loop.cjs')], {
    blocks: true,
    drive: async (url) => {
      for (const shape of [...shapes, 'starved', 'end']) await ask(`${url}/${shape}`);
    },
  });
  t.equal(code, 0, stderr);
  const blocks = (shape: string) =>
    traces.find(({ url }) => url === `/${shape}`)!.spans.map(({ kind, name }) => `${kind} ${name}`);
  t.same(shapes.map(blocks), [[], ['block event loop'], ['block event loop'], [], ['block JSON.stringify']]);
  // What it used before counts as well: a few ms, if any.
  const starved = traces.find(({ url }) => url === '/starved')!;
  t.same(
    starved.spans.filter(({ detail }) => !(Number(detail?.cpu) < 50)),
    [],
    'on a busy machine',
  );
  t.same(starved.findings, []);
});

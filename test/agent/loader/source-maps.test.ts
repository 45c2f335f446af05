/** Call sites in code that is compiled at run time and is in no file. */

import { join } from 'node:path';
import { test } from 'tap';
import { nodes } from '../../nodes.js';
import { ask, ROOT, runRecorded } from '../app.js';

const FOLDER = 'test/fixtures/shapes';

for (const node of await nodes()) {
  test(`modules that a bundler evaluates, before and after an edit, Node ${node.version}`, async (t) => {
    const drive = async (url: string) => {
      for (const path of ['/one', '/two', '/end']) await ask(url + path);
    };
    const args = ['--enable-source-maps', join(ROOT, FOLDER, 'evaluated.cjs')];
    const { traces } = await runRecorded(args, { node: node.path, drive });
    // On a busy machine compiling, or a read of a map, takes long enough to be a call of its own.
    const sitesOf = (path: string) =>
      traces
        .find(({ url }) => url === path)
        ?.spans.filter(({ kind }) => kind !== 'block')
        .map(({ site }) => site);
    t.same(sitesOf('/one'), [`${FOLDER}/handler.ts:3`]);
    t.same(sitesOf('/two'), [`${FOLDER}/handler.ts:5`]);
  });
}

/** Errors of Node's synchronous functions have the same stacks with the agent and without it. */

import { join } from 'node:path';
import { test } from 'tap';
import { nodes } from '../../nodes.js';
import { ask, ROOT, runPlain, runRecorded } from '../app.js';

const APP = join(ROOT, 'test/fixtures/http/sync-errors.cjs');

for (const node of await nodes()) {
  test(`stacks of synchronous errors, Node ${node.version}`, async (t) => {
    const launch = { node: node.path, env: { NODE_OPTIONS: '' }, drive: (url: string) => ask(url) };
    const plain = await runPlain([APP], launch);
    const recorded = await runRecorded([APP], launch);
    t.match(plain.stdout, /ENOENT: no such file or directory, open '\/does\/not\/exist'\n +at /);
    t.equal(recorded.stdout, plain.stdout);
    t.equal(recorded.code, 0);
  });
}

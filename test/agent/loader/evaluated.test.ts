/** Lines in code that is evaluated: by its source map, on every Node, without Node's own source maps. */

import { join } from 'node:path';
import { test } from 'tap';
import { nodes } from '../../nodes.js';
import { ask, ROOT, runRecorded } from '../app.js';

const FOLDER = 'test/fixtures/shapes';
const MAPPED = ['eval', 'function', 'async', 'thisContext', 'script', 'compile', 'newContext'];
// Of these no map is known: what the file of that name has there, if there is one, is other code.
const UNMAPPED = { noMapFunction: 'unmapped.ts', noMapScript: 'unmapped-script.ts' };

for (const node of await nodes()) {
  test(`eval, new Function and vm, Node ${node.version}`, async (t) => {
    const drive = async (url: string) => {
      for (const way of [...MAPPED, ...Object.keys(UNMAPPED), 'end']) await ask(`${url}/${way}`);
    };
    const { traces, stderr } = await runRecorded([join(ROOT, FOLDER, 'evaluators.cjs')], {
      node: node.path,
      drive,
    });
    t.equal(stderr, '');
    const spanOf = (way: string) => traces.find(({ url }) => url === `/${way}`)?.spans[0];
    for (const way of MAPPED) {
      const { site, frame } = spanOf(way) ?? {};
      t.same([site, frame?.generated], [`${FOLDER}/written.ts:6`, undefined], way);
    }
    for (const [way, file] of Object.entries(UNMAPPED))
      t.match(spanOf(way)?.frame, { file: `${FOLDER}/${file}`, application: true, generated: true }, way);
  });
}

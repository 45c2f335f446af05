/** Handlers are shown where they are written, not where they are registered, once one of their calls shows it. */

import { join } from 'node:path';
import { test } from 'tap';
import { nodes } from '../../nodes.js';
import { ask, ROOT, runRecorded } from '../app.js';

const FOLDER = 'test/fixtures/views';

/** Route, handler and parameters by path. */
const EXPECTED: Record<string, unknown[]> = {
  '/show/7': ['/show/:id', `show ${FOLDER}/written/handlers.cjs:9`, { id: '7' }],
  // The function that is registered is written there.
  '/orders': ['/orders', `${FOLDER}/written.cjs:13`, undefined],
  '/bound': ['/bound', `bound ${FOLDER}/written/handlers.cjs:31`, undefined],
  '/list': ['/list', `list ${FOLDER}/written/handlers.cjs:20`, undefined],
  '/orders/7': ['/orders/[id]', `GET ${FOLDER}/written/src/routes/orders/[id]/+server.js:3`, { id: '7' }],
};

for (const node of await nodes()) {
  test(`handlers in other files, Node ${node.version}`, async (t) => {
    const drive = async (url: string) => {
      for (const path of Object.keys(EXPECTED)) await ask(url + path);
      await ask(`${url}/end`);
    };
    const { traces } = await runRecorded([join(ROOT, FOLDER, 'written.cjs')], { node: node.path, drive });
    for (const [path, expected] of Object.entries(EXPECTED)) {
      const { route, handler, params } = traces.find(({ url }) => url === path) ?? {};
      t.same([route, handler, params], expected, path);
    }
  });
}

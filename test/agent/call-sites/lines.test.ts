/** Libraries that do in a later turn what they are asked for: each call has the line that asked for it. */

import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'tap';
import type { Span } from '../../../src/domain/trace.js';
import { nodes } from '../../nodes.js';
import { ask, ROOT, runRecorded } from '../app.js';
import { type ServerName, serverFor } from '../servers.js';
import { sitesIn } from '../sites.js';

interface Fixture {
  server?: ServerName;
  /** Which of the spans are looked at. */
  kind: string;
  own?(span: Span): boolean;
}

const FOLDER = join(ROOT, 'test/fixtures/call-sites');
const require = createRequire(import.meta.url);

for (const name of ['orms', 'clients']) {
  // What differs between versions of Node is the contention tests' matter.
  for (const node of (await nodes()).filter((_, i, all) => i === 0 || i === all.length - 1)) {
    test(`lines of ${name}, Node ${node.version}`, async (t) => {
      const path = join(FOLDER, `${name}.cjs`);
      const { server, kind, own = () => true }: Fixture = require(path);
      const sites = sitesIn(path);
      const { traces, stderr, code } = await runRecorded([join(FOLDER, 'app.cjs')], {
        node: node.path,
        env: { FIXTURE: path, SERVER: JSON.stringify(await serverFor(t, server)) },
        drive: async (url) => {
          for (const form of sites.keys()) await ask(`${url}/${form}`);
          await ask(`${url}/end`);
        },
      });
      t.equal(stderr, '');
      t.equal(code, 0);
      for (const [form, lines] of sites) {
        const spans = traces.find(({ url }) => url === `/${form}`)?.spans ?? [];
        const told = spans.filter((span) => span.kind === kind && own(span));
        t.same(told.map(({ site }) => site ?? 'nowhere').sort(), lines, form);
      }
    });
  }
}

/**
 * Libraries that work in later ticks: each call has the line of the app that called the library.
 */

import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'tap';
import type { Span } from '../../../src/domain/trace.js';
import { nodes } from '../../nodes.js';
import { packageFile } from '../../packages.js';
import { ask, ROOT, runRecorded } from '../app.js';
import { type ServerName, serverFor } from '../servers.js';
import { sitesIn } from '../sites.js';

interface Fixture {
  server?: ServerName;
  /** Kinds of the spans under test. */
  kinds: string[];
  /** Major version of Node that its packages need. */
  since?: number;
  own?(span: Span): boolean;
}

const FOLDER = join(ROOT, 'test/fixtures/call-sites');
const require = createRequire(import.meta.url);

for (const name of ['orms', 'clients', 'commands', 'majors']) {
  // Only the oldest and the newest Node: the contention tests cover all versions.
  for (const node of (await nodes()).filter((_, i, all) => i === 0 || i === all.length - 1)) {
    const path = join(FOLDER, `${name}.cjs`);
    const { server, kinds, since = 0, own = () => true }: Fixture = require(path);
    if (Number.parseInt(node.version, 10) < since) continue;
    test(`lines of ${name}, Node ${node.version}`, async (t) => {
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
        const recorded = spans.filter((span) => kinds.includes(span.kind) && own(span));
        t.same(recorded.map(({ site }) => site ?? 'nowhere').sort(), lines, form);
      }
    });
  }
}

test('lines of ES modules of which tsx makes CommonJS', async (t) => {
  const path = join(FOLDER, 'made-commonjs.ts');
  const sites = sitesIn(path);
  const { traces, libraries, stderr, code } = await runRecorded(
    [packageFile('tsx/dist/cli.mjs'), join(FOLDER, 'app.cjs')],
    {
      env: { FIXTURE: path, SERVER: '{}' },
      drive: async (url) => {
        for (const form of sites.keys()) await ask(`${url}/${form}`);
        await ask(`${url}/end`);
      },
    },
  );
  t.same([stderr, code], ['', 0]);
  t.same(
    libraries.filter(({ trouble }) => trouble),
    [],
  );
  for (const [form, lines] of sites) {
    const spans = traces.find(({ url }) => url === `/${form}`)?.spans ?? [];
    const recorded = spans.filter(({ kind }) => kind === 'http');
    t.same(recorded.map(({ site }) => site ?? 'nowhere').sort(), lines, form);
  }
});

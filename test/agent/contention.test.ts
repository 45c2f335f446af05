/**
 * Every instrument under contention: 200 requests at once over a pool of 2, each with its own mark; each span has to be
 * under the request that made it, with the line that made it. A library is one file in test/fixtures/contention:
 * `server` says which server it needs, `open(driver, server)` answers its `ways`, `mark(span)` finds the mark again,
 * and every line of a way that makes a span says so: `// span: way`. `--test-arg=pg` runs the one library.
 */

import { readFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import tap, { type Test, test } from 'tap';
import { instruments } from '../../src/agent/instruments/index.cjs';
import type { Span, Trace } from '../../src/trace.js';
import { nodes } from '../nodes.js';
import { ask, ROOT, runRecorded } from './app.js';
import { driversOf } from './drivers.js';
import { type ServerName, serverFor } from './servers.js';
import { type Sites, sitesIn } from './sites.js';

interface Fixture {
  /** The server that is started for it. */
  server?: ServerName;
  /** What the app imports, where that is not the library itself. */
  driver?: string;
  mark(span: Span): unknown;
}

const AT_ONCE = 200;
const FOLDER = join(ROOT, 'test/fixtures/contention');
const require = createRequire(import.meta.url);
const wanted = process.argv.slice(2);

// A library takes some ten seconds.
tap.setTimeout(instruments.length * 60_000);

for (const { library } of instruments) {
  if (wanted.length > 0 && !wanted.includes(library)) continue;
  const path = join(FOLDER, `${library.replace(':', '-')}.cjs`);
  const drivers = driversOf(library);
  test(`${library} under contention`, async (t) => {
    const fixture: Fixture = require(path);
    const sites = sitesIn(path);
    for (const node of await nodes()) {
      for (const driver of fixture.driver === undefined ? drivers : [fixture.driver]) {
        for (const app of ['app.cjs', 'app.mjs']) {
          const env = await environmentFor(t, fixture, path, driver);
          await t.test(`${driver}, ${app.slice(4)}, Node ${node.version}`, (t) =>
            contend(t, [join(FOLDER, app)], { node: node.path, env }, library, fixture, sites),
          );
        }
      }
    }
  });
}

async function environmentFor(t: Test, { server }: Fixture, path: string, driver: string) {
  return { FIXTURE: path, DRIVER: driver, SERVER: JSON.stringify(await serverFor(t, server)) };
}

async function contend(
  t: Test,
  args: string[],
  launch: { node: string; env: NodeJS.ProcessEnv },
  library: string,
  fixture: Fixture,
  sites: Sites,
): Promise<void> {
  const statuses = new Map<number, number>();
  const ways = [...sites.keys()];
  const drive = async (url: string) => {
    const agent = new Agent({ maxSockets: Number.POSITIVE_INFINITY });
    const paths = Array.from({ length: AT_ONCE }, (_, n) => `${url}/${ways[n % ways.length]}/${n}`);
    for (const { status } of await Promise.all(paths.map((path) => ask(path, agent)))) {
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
    await ask(`${url}/end`);
  };
  const { traces, outside, libraries, stderr, code } = await runRecorded(args, { ...launch, drive });
  t.equal(stderr, '');
  t.same(
    libraries.filter(({ trouble }) => trouble),
    [],
  );
  t.equal(code, 0);
  t.same([...statuses], [[200, AT_ONCE]]);
  // Some fixtures have http servers of their own.
  const served = traces.filter(({ url }) => sites.has(url.split('/')[1]!));
  t.equal(served.length, AT_ONCE);
  const wrong = served.flatMap((trace) => wrongIn(trace, library, fixture, sites));
  t.same(wrong.slice(0, 10), [], `${wrong.length} of ${AT_ONCE} requests have wrong spans`);
  t.same(
    outside.filter((span) => span.library === library && span.site?.includes('contention')),
    [],
    'no span of a request is outside of all',
  );
}

/** Answers in words what is wrong with the spans of a trace. */
function wrongIn({ url, spans }: Trace, library: string, fixture: Fixture, sites: Sites): string[] {
  const [, way, mark] = url.split('/');
  const own = spans.filter((span) => span.library === library);
  const strange = own.filter((span) => String(fixture.mark(span)) !== mark);
  const found = own.map((span) => span.site ?? 'nowhere').sort();
  const expected = sites.get(way!)!;
  const same = found.length === expected.length && found.every((site, i) => site === expected[i]);
  return [
    ...strange.map((span) => `${url} has ${span.name} ${JSON.stringify(span.detail)} of another`),
    ...(same ? [] : [`${url} has spans at ${found.join(', ')}, not at ${expected.join(', ')}`]),
  ];
}

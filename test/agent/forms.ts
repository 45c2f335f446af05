/**
 * Runs every form of calling a library and compares its spans with literal ones. A fixture in
 * test/fixtures/forms exports its `forms`, each run in a request of its own; their output must be
 * the same byte for byte with and without the agent.
 */

import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import type { Span } from '../../src/domain/trace.js';
import type { Prebuilt } from '../nodes.js';
import { ask, ROOT, runPlain, runRecorded } from './app.js';
import { driversOf } from './drivers.js';
import { type ServerName, serverFor } from './servers.js';
import { sitesIn } from './sites.js';

/**
 * An expected span, in order of lines; `waited` for a connection that was busy for 200 ms. Its site
 * is the fixture line marked `// span: <form>`.
 */
export type ExpectedSpan = Pick<Span, 'name'> &
  Partial<Pick<Span, 'detail' | 'rows' | 'error'>> & { waited?: true };

// Of the 200 ms that the server sleeps: on a busy machine the app comes to its second call late.
const MIN_WAIT_MS = 40;
const FOLDER = join(ROOT, 'test/fixtures/forms');
const require = createRequire(import.meta.url);

/** Tests all forms of a library, in each installed version; `fixture` is the file that has them. */
export function testForms(
  library: string,
  expected: (driver: string) => Record<string, ExpectedSpan[]>,
  fixture: string = library.replace('@', ''),
): void {
  for (const driver of driversOf(library)) {
    test(`every form of ${driver}`, (t) => runForms(t, library, driver, expected(driver), fixture));
  }
}

/** The same of a library whose package has no binary; undefined where none can be had. */
export function testPrebuiltForms(
  library: string,
  prebuilt: () => Promise<Prebuilt | undefined>,
  expected: Record<string, ExpectedSpan[]>,
): void {
  test(`every form of ${library}`, async (t) => {
    const found = await prebuilt();
    if (found === undefined) return t.pass(`no binary of ${library} can be had`, { skip: true });
    await runForms(t, library, found.path, expected, library, found.env);
  });
}

async function runForms(
  t: Test,
  library: string,
  driver: string,
  expected: Record<string, ExpectedSpan[]>,
  fixture: string,
  ownEnv: NodeJS.ProcessEnv = {},
) {
  const path = join(FOLDER, `${fixture}.cjs`);
  const sites = sitesIn(path);
  const { server }: { server?: ServerName } = require(path);
  const args = [join(FOLDER, 'app.cjs')];
  const launch = async () => ({
    env: { ...ownEnv, FIXTURE: path, DRIVER: driver, SERVER: JSON.stringify(await serverFor(t, server)) },
    drive: async (url: string) => {
      for (const form of Object.keys(expected)) await ask(`${url}/${form}`);
      await ask(`${url}/end`);
    },
  });
  const plain = await runPlain(args, await launch());
  const { traces, outside, libraries, ...recorded } = await runRecorded(args, await launch());
  t.same(
    libraries.filter(({ trouble }) => trouble),
    [],
  );
  for (const form of Object.keys(expected)) {
    const trace = traces.find(({ url }) => url === `/${form}`);
    const own = trace?.spans.filter((span) => span.library === library) ?? [];
    // Sorted by line, because the order of recording depends on how long calls take.
    own.sort((a, b) => lineOf(a) - lineOf(b) || a.start - b.start);
    const actual = own.map((span, i) => stableFields(span, expected[form]![i]?.waited));
    t.same(actual, expected[form], form);
    t.same(own.map(({ site }) => site).sort(), sites.get(form) ?? [], `the lines of ${form}`);
    // A handshake of a websocket is expected: it carries many calls.
    const carriers =
      trace?.spans.filter(({ kind, detail }) => kind === 'http' && detail?.status !== 101) ?? [];
    t.same(carriers, [], 'an HTTP request that carries a call has no span');
  }
  t.equal(withoutRunNames(recorded.stdout), withoutRunNames(plain.stdout), 'the app prints the same');
  t.equal(withoutRunNames(recorded.stderr), withoutRunNames(plain.stderr));
  t.same([recorded.code, recorded.signal], [plain.code, plain.signal]);
  t.equal(plain.code, 0, plain.stderr);
}

function lineOf({ site = '' }: Span): number {
  return Number(site.slice(site.lastIndexOf(':') + 1));
}

/** Text without names of databases, prefixes of keys, ports and numbers of connections, which differ in every run. */
function withoutRunNames(text: string): string {
  return text
    .replaceAll(/\bt_[0-9a-f]{16}/g, 'test')
    .replaceAll(/\(conn:\d+/g, '(conn:1')
    .replaceAll(/(\/\/127\.0\.0\.1):\d{4,}/g, '$1:0');
}

/** Fields of a span that do not differ from run to run. */
function stableFields(span: Span, waited = false): ExpectedSpan {
  const { name, detail, rows, error, wait, duration } = JSON.parse(withoutRunNames(JSON.stringify(span)));
  const { connection, opened, source, pool, queue, paused, ...known } = detail ?? {};
  return {
    name,
    ...(Object.keys(known).length > 0 && { detail: known }),
    ...(rows !== undefined && { rows }),
    ...(error !== undefined && { error }),
    ...(waited && wait !== undefined && wait > MIN_WAIT_MS && { waited }),
    ...(duration === undefined && { running: true }),
  };
}

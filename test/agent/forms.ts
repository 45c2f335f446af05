/**
 * Every form of calling a library: what is told of it, literally, and that the app cannot tell the difference. A
 * library's fixture in test/fixtures/forms answers its `forms`, each run in a request of its own; what they `say` is
 * printed, and has to be the same to the byte with the agent and without it.
 */

import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import type { Span } from '../../src/domain/trace.js';
import { ask, ROOT, runPlain, runRecorded } from './app.js';
import { driversOf } from './drivers.js';
import { type ServerName, serverFor } from './servers.js';
import { sitesIn } from './sites.js';

/** What is expected of a span, in the order of their lines; `waited`: for a connection that was busy for 50 ms. Its site is the line that says so. */
export type Told = Pick<Span, 'name'> & Partial<Pick<Span, 'detail' | 'rows' | 'error'>> & { waited?: true };

// A server's sleep(0.05) may seem a little shorter from here.
const LONG = 40;
const FOLDER = join(ROOT, 'test/fixtures/forms');
const require = createRequire(import.meta.url);

/** Runs all forms of a library, in each version that the tests have, and compares what is told with what is expected. */
export function testForms(library: string, expected: (driver: string) => Record<string, Told[]>): void {
  for (const driver of driversOf(library)) {
    test(`every form of ${driver}`, (t) => runForms(t, library, driver, expected(driver)));
  }
}

async function runForms(t: Test, library: string, driver: string, expected: Record<string, Told[]>) {
  const path = join(FOLDER, `${library}.cjs`);
  const sites = sitesIn(path);
  const { server }: { server?: ServerName } = require(path);
  const args = [join(FOLDER, 'app.cjs')];
  const launch = async () => ({
    env: { FIXTURE: path, DRIVER: driver, SERVER: JSON.stringify(await serverFor(t, server)) },
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
    // In the order of their lines: that in which they are told depends on how long they take.
    own.sort((a, b) => lineOf(a) - lineOf(b) || a.start - b.start);
    const told = own.map((span, i) => toldOf(span, expected[form]![i]?.waited));
    t.same(told, expected[form], form);
    t.same(own.map(({ site }) => site).sort(), sites.get(form) ?? [], `the lines of ${form}`);
    // But for the handshake of a websocket, which carries many.
    const carriers =
      trace?.spans.filter(({ kind, detail }) => kind === 'http' && detail?.status !== 101) ?? [];
    t.same(carriers, [], 'what carries a call is none of its own');
  }
  t.equal(anywhere(recorded.stdout), anywhere(plain.stdout), 'the app prints the same');
  t.equal(anywhere(recorded.stderr), anywhere(plain.stderr));
  t.same([recorded.code, recorded.signal], [plain.code, plain.signal]);
  t.equal(plain.code, 0, plain.stderr);
}

function lineOf({ site = '' }: Span): number {
  return Number(site.slice(site.lastIndexOf(':') + 1));
}

/** Answers a text without the name of the database or the prefix of keys, which are others in every run. */
function anywhere(text: string): string {
  return text.replaceAll(/\bt_[0-9a-f]{16}/g, 'test');
}

/** Answers what can be known beforehand of a span. */
function toldOf(span: Span, waited = false): Told {
  const { name, detail, rows, error, wait, duration } = JSON.parse(anywhere(JSON.stringify(span)));
  const { connection, opened, ...known } = detail ?? {};
  return {
    name,
    ...(Object.keys(known).length > 0 && { detail: known }),
    ...(rows !== undefined && { rows }),
    ...(error !== undefined && { error }),
    ...(waited && wait !== undefined && wait > LONG && { waited }),
    ...(duration === undefined && { running: true }),
  };
}

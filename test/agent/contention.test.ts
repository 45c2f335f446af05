/**
 * Every instrument under contention: 200 concurrent requests over a pool of 2, each with a mark of
 * its own. Each span has to be in the trace of its request, with the line of its call. A library is
 * one file in test/fixtures/contention: `server` is the server that it needs, `open(driver,
 * server)` returns its `ways`, `mark(span)` finds the mark in a span, and every line that makes a
 * span has the comment `// span: way`. `--test-arg=pg` runs one library.
 */

import { Agent } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import tap, { type Test, test } from 'tap';
import { instruments } from '../../src/agent/instruments/index.cjs';
import type { Span, Trace } from '../../src/domain/trace.js';
import { type Node, nodes, sqlite3Prebuilt, sqliteFor } from '../nodes.js';
import { ask, type Launch, ROOT, runRecorded } from './app.js';
import { driversOf } from './drivers.js';
import { type ServerName, serverFor } from './servers.js';
import { type Sites, sitesIn } from './sites.js';

interface Fixture {
  /** Server that is started for it, or several, which the app gets by name. */
  server?: ServerName;
  servers?: ServerName[];
  /** Several libraries in one app, as each app costs a second or two on each Node. */
  libraries?: string[];
  /** Sets of drivers that the app loads, with the one major version of Node to run them on; 0: all. */
  sets?: Record<string, number>;
  driverOf?(set: string, extension: string): string;
  /** Ways that Node has only since a major version. */
  since?: Record<string, number>;
  env?: Record<string, string>;
  /** Module that the app imports, if it is not the library itself. */
  driver?: string;
  /** True if the addon is built for this Node: others run the newest version, built for them. */
  native?: boolean;
  /** True of sqlite3, whose binary is none of npm's. */
  prebuilt?: boolean;
  /** Library whose spans are checked, if it is another one, and which of them. */
  of?: string;
  own?(span: Span): boolean;
  mark(span: Span): unknown;
  /** Whether nothing in a span tells of its request: its line has to do. */
  isUnmarked?(span: Span): boolean;
}

const AT_ONCE = 200;
const TURNS = ['20.', '22.', '24.', '26.'];
// pg 8.0 prints this when Node 24 and later import it, with and without the agent.
const PG_WARNING = /^Cannot find module 'pg-native'\nRequire stack:\n(?:- .*\n)+/;
const FOLDER = join(ROOT, 'test/fixtures/contention');
const require = createRequire(import.meta.url);
const wanted = process.argv.slice(2);

// A library takes about 10 s.
tap.setTimeout(instruments.length * 60_000);

/** Fixtures of several libraries. */
const GROUPS = ['clients', 'services', 'sql-clients'];
const together = GROUPS.flatMap((name) => (require(join(FOLDER, `${name}.cjs`)) as Fixture).libraries!);
const alone = instruments.map(({ library }) => library).filter((name) => !together.includes(name));

// ORMs have no spans of their own; they supply the lines of their driver's spans.
for (const library of [...alone, ...GROUPS, 'orm', 'orm-mysql', 'queues']) {
  if (wanted.length > 0 && !wanted.includes(library)) continue;
  const path = join(FOLDER, `${library.replaceAll(/[:/]/g, '-')}.cjs`);
  test(`${library} under contention`, async (t) => {
    const fixture: Fixture = require(path);
    if (fixture.prebuilt && (await sqlite3Prebuilt()) === undefined)
      return t.pass('no binary of sqlite3 can be had', { skip: true });
    const sites = sitesIn(path);
    // While one app starts, another answers.
    t.jobs = 2;
    for (const node of await nodes()) {
      for (const [age, name] of (await driversFor(node, library, fixture)).entries()) {
        const app = fixture.sets?.[name] ? 'app.cjs' : appOn(node, library, age);
        if (app === undefined) continue;
        const driver = fixture.driverOf?.(name, app.slice(3)) ?? name;
        const env = await environmentFor(t, fixture, path, driver);
        const record = age === 0 && isBetween(node) ? 'marked' : 'all';
        t.test(
          `${name}, ${app.slice(4)}, Node ${node.version}, recording ${record}`,
          { buffered: true },
          (t) => contend(t, [join(FOLDER, app)], { node: node.path, env, record }, library, fixture, sites),
        );
      }
    }
  });
}

/**
 * The app for a driver, the newest (age 0) or an older one, on a Node: the newest runs on the oldest and the newest Node
 * and, by turns, on one between, where only marked requests are recorded, as CommonJS and as an importer in turn; an older
 * one, which an importer loads in the same way, on one Node, by turns.
 */
function appOn(node: Node, library: string, age: number): string | undefined {
  const turn = TURNS.findIndex((major) => node.version.startsWith(major));
  const first = Math.max(0, alone.indexOf(library));
  if (age > 0) return (first + age) % TURNS.length === turn ? 'app.cjs' : undefined;
  if (isBetween(node) && (first + turn) % 2 === 0) return undefined;
  return (turn + Math.floor(first / 2)) % 2 === 0 ? 'app.cjs' : 'app.mjs';
}

function isBetween({ version }: Node): boolean {
  return TURNS.slice(1, -1).some((major) => version.startsWith(major));
}

async function driversFor(
  node: Node,
  library: string,
  { driver, native, prebuilt, sets }: Fixture,
): Promise<string[]> {
  if (prebuilt) return [(await sqlite3Prebuilt())?.path].filter((path) => path !== undefined);
  if (sets !== undefined)
    return Object.keys(sets).filter((set) => sets[set] === 0 || node.version.startsWith(`${sets[set]}.`));
  if (driver !== undefined) return [driver];
  if (!native || node.path === process.execPath) return driversOf(library);
  // better-sqlite3 12.11.1 built for Node 24.21 aborts when a statement is collected, without the
  // agent as well.
  if (node.version.startsWith('24.')) return [];
  return [join(await sqliteFor(node), 'node_modules', library, 'lib/index.js')];
}

async function environmentFor(
  t: Test,
  { server, servers, env, prebuilt }: Fixture,
  path: string,
  driver: string,
) {
  const started = await Promise.all((servers ?? []).map(async (name) => [name, await serverFor(t, name)]));
  const given = servers === undefined ? await serverFor(t, server) : Object.fromEntries(started);
  const ownEnv = prebuilt ? (await sqlite3Prebuilt())?.env : undefined;
  return { ...env, ...ownEnv, FIXTURE: path, DRIVER: driver, SERVER: JSON.stringify(given) };
}

async function contend(
  t: Test,
  args: string[],
  launch: Launch,
  library: string,
  fixture: Fixture,
  sites: Sites,
) {
  const statuses = new Map<number, number>();
  const version = /node-(\d+)\./.exec(launch.node ?? '')?.[1] ?? process.versions.node.split('.')[0];
  const ways = [...sites.keys()].filter((way) => (fixture.since?.[way] ?? 0) <= Number(version));
  const isMarked = (n: number) => launch.record !== 'marked' || n % 3 === 0;
  const drive = async (url: string) => {
    const agent = new Agent({ maxSockets: Number.POSITIVE_INFINITY });
    const requests = Array.from({ length: AT_ONCE }, (_, n) =>
      ask(`${url}/${ways[n % ways.length]}/${n}`, agent, isMarked(n)),
    );
    for (const { status } of await Promise.all(requests))
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    await ask(`${url}/end`);
  };
  const { traces, outside, libraries, stderr, code } = await runRecorded(args, { ...launch, drive });
  t.equal(stderr.replace(PG_WARNING, ''), '');
  t.same(
    libraries.filter(({ trouble }) => trouble),
    [],
  );
  t.equal(code, 0);
  t.same([...statuses], [[200, AT_ONCE]]);
  // Some fixtures have http servers of their own.
  const served = traces.filter(({ url }) => sites.has(url.split('/')[1]!));
  const marks = Array.from({ length: AT_ONCE }, (_, n) => n).filter(isMarked);
  t.same(
    served.map(({ url }) => Number(url.split('/')[2])).sort((a, b) => a - b),
    marks,
  );
  const wrong = served.flatMap((trace) => wrongSpans(trace, library, fixture, sites));
  t.same(wrong.slice(0, 10), [], `${wrong.length} of ${served.length} requests have wrong spans`);
  t.same(
    outside.filter(
      (span) => (fixture.libraries ?? [library]).includes(span.library) && span.site?.includes('contention'),
    ),
    [],
    'no span of a request is outside requests',
  );
}

/** Differences between a trace's spans and the expected spans, in words. */
function wrongSpans({ url, spans }: Trace, library: string, fixture: Fixture, sites: Sites): string[] {
  const [, way, mark] = url.split('/');
  const { of = library, own: isOwn = () => true } = fixture;
  const own = spans.filter((span) => (fixture.libraries ?? [of]).includes(span.library) && isOwn(span));
  const strange = own.filter((span) => !fixture.isUnmarked?.(span) && String(fixture.mark(span)) !== mark);
  const found = own.map((span) => span.site ?? 'nowhere').sort();
  const expected = sites.get(way!)!;
  const same = found.length === expected.length && found.every((site, i) => site === expected[i]);
  return [
    ...strange.map((span) => `${url} has ${span.name} ${JSON.stringify(span.detail)} of another`),
    ...(same ? [] : [`${url} has spans at ${found.join(', ')}, not at ${expected.join(', ')}`]),
  ];
}

/** Errors that reach the process, of the request that threw them; how the process ends stays the same. */

import { join } from 'node:path';
import { type Test, test } from 'tap';
import type { Trace } from '../../../src/domain/trace.js';
import { nodesInTurn } from '../../nodes.js';
import { ask, type Launch, ROOT, runPlain, runRecorded } from '../app.js';

const SCRIPT = join(ROOT, 'test/fixtures/errors/plain.cjs');

/** Name, message, line and causes by way. */
const EXPECTED: Record<
  string,
  [name: string, message: string, line: number | undefined, ...causes: string[]]
> = {
  sync: ['NotNamed', 'thrown at once', 27],
  timer: ['TypeError', 'thrown in a timer', 31],
  rejected: ['RangeError', 'rejected', 36, 'Error: password=REDACTED', ': a text'],
  notAnError: ['', '{"reason":"no error","password":"REDACTED"}', undefined],
  aggregate: ['AggregateError', 'several', 44, 'Error: one', 'TypeError: two'],
  cyclic: ['Error', 'cyclic', 47, 'Error: of itself'],
  huge: ['Error', `${'x'.repeat(8192)}… (20000 characters)`, 54],
  hostile: ['Error', 'hostile', undefined],
  proxied: ['', '"<Proxy>"', undefined],
};

for (const [n, way] of Object.keys(EXPECTED).entries()) {
  test(`${way}: kept with the request, nothing of it is called, and Node prints what it prints`, async (t) => {
    for (const { path: node, version } of await nodesInTurn(n)) {
      const plain = await runPlain([SCRIPT], dying(way, node));
      const recorded = await runRecorded([SCRIPT], dying(way, node));
      t.same([recorded.code, withoutFrames(recorded.stderr)], [1, withoutFrames(plain.stderr)], version);
      t.match(recorded.stderr, /^listeners \[\] touched \[\]$/m);
      check(t, recorded.traces, way, true, version);
      if (version !== process.versions.node) continue;
      const kept = await runRecorded([SCRIPT], keeping(way, node));
      t.equal(kept.code, 0);
      check(t, kept.traces, way, undefined, 'kept alive by a listener of the app');
    }
  });
}

function check(t: Test, traces: Trace[], way: string, fatal: true | undefined, message: string): void {
  const [name, text, line, ...causes] = EXPECTED[way]!;
  const trace = traces.find(({ url }) => url === `/${way}`)!;
  t.equal(trace.state, fatal ? 'died' : 'done', message);
  const by = way === 'sync' || way === 'timer' ? 'uncaughtException' : 'unhandledRejection';
  const site = line === undefined ? undefined : `test/fixtures/errors/plain.cjs:${line}`;
  t.same(
    trace.errors?.map((error) => [error.by, error.fatal, error.name, error.message, error.site]),
    [[by, fatal, name, text, site]],
    message,
  );
  t.same(trace.errors?.[0]?.causes?.map((cause) => `${cause.name}: ${cause.message}`) ?? [], causes);
}

function dying(way: string, node: string): Launch {
  return { node, drive: (url) => ask(`${url}/${way}`).catch(() => {}) };
}

/** The app has listeners; the way is asked for the errors of its turn before the app is ended. */
function keeping(way: string, node: string): Launch {
  const drive = async (url: string) => {
    await ask(`${url}/${way}`).catch(() => {});
    await ask(`${url}/settled`);
    await ask(`${url}/end`).catch(() => {});
  };
  return { node, env: { KEEP: '1' }, drive };
}

// The agent's functions are in stacks that begin in a server.
function withoutFrames(text: string): string {
  return text
    .split('\n')
    .filter((line) => !/^ +at |lines matching cause/.test(line))
    .join('\n');
}

/** The agent starts, or stays silent, where Node's own functions throw: the app runs in any case. */

import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'tap';
import { nodes } from '../nodes.js';
import { ask, type Launch, ROOT, runPlain, runRecorded } from './app.js';

const APP = join(ROOT, 'test/fixtures/last-request.cjs');
const drive = (url: string) => ask(url);
const everyNode = await nodes();

async function bothWays(args: string[], launch: Launch) {
  const tidy = <T extends { stderr: string }>(outcome: T) => {
    return { ...outcome, stderr: outcome.stderr.replaceAll(/node:\d+/g, 'node:PID') };
  };
  const plain = tidy(await runPlain(args, { drive, ...launch }));
  const { traces, outside, libraries, ...recorded } = tidy(await runRecorded(args, { drive, ...launch }));
  return { plain, recorded, traces };
}

test('in a working folder that has been removed the app runs and is recorded', async (t) => {
  for (const { path, version } of everyNode) {
    const script = 'cd "$(mktemp -d)" && rmdir "$PWD" && exec "$0" "$@"';
    const { plain, recorded, traces } = await bothWays(['-c', script, path, APP], { node: '/bin/sh' });
    t.match(plain, { code: 0, stderr: '' }, version);
    t.same(recorded, plain, version);
    t.same(
      traces.map(({ method, url }) => `${method} ${url}`),
      ['GET /'],
      version,
    );
  }
});

test('under a permission model the app runs', async (t) => {
  for (const { path, version } of everyNode) {
    const major = Number(version.split('.')[0]);
    const permission = major < 24 ? ['--experimental-permission'] : ['--permission'];
    if (major > 24) permission.push('--allow-net');
    const readable = [join(ROOT, 'dist/*'), join(ROOT, 'test/*'), join(tmpdir(), '*')];
    const args = [...permission, ...readable.map((glob) => `--allow-fs-read=${glob}`), APP];
    const { plain, recorded } = await bothWays(args, { node: path, cwd: '/' });
    t.match(plain, { code: 0 }, version);
    t.same(recorded, plain, version);
  }
});

test('a worker with workerData null is no thread of Node: its requests are recorded', async (t) => {
  for (const { path, version } of everyNode) {
    const toWorker = (url: string) => ask(`${url}/worker`);
    const { plain, recorded, traces } = await bothWays([APP], { node: path, drive: toWorker });
    t.match(plain, { code: 0 }, version);
    t.same(recorded, plain, version);
    t.same(traces.map(({ url }) => url).sort(), ['/of-null', '/worker'], version);
  }
});

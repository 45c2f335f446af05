import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Test, test } from 'tap';
import { cleanedText, runsToRemove } from '../../../src/cli/commands/clean.js';
import { registerRunRecord } from '../../../src/control/registry.js';
import type { Finding } from '../../../src/domain/trace.js';
import { samplesOf } from '../../../src/insight/metrics/samples.js';
import { openStore } from '../../../src/store/open.js';
import { RedisClient } from '../../../src/store/redis/redis-client.js';
import { parseStoreUrl } from '../../../src/store/redis/store-url.js';
import { aSpan, aTrace } from '../../factory.js';
import { PROGRAM } from '../../scooby.js';
import { redis } from '../../servers/index.js';

const HOUR = 3_600_000;
const found: Finding = {
  id: 'f',
  kind: 'n+1',
  severity: 'high',
  message: 'm',
  spans: [],
  ms: 1,
  confidence: 1,
  reasons: [],
};

/** A database with three runs of 1, 2 and 3 requests. */
async function stored(t: Test, place: { db: string } | { shared: { url: string; project: string } }) {
  const now = Date.now();
  for (const number of [1, 2, 3]) {
    const run = { key: `run ${number}`, start: now - (4 - number) * HOUR, command: `node app${number}.js` };
    const store = await openStore({ ...place, cwd: '/', run, samplesOf }, t.fail);
    store.saveAll(
      Array.from({ length: number }, () =>
        aTrace({ start: 'db' in place ? run.start : now, spans: [aSpan()], findings: [found] }),
      ),
    );
    await store.flushed();
    await store.finish?.();
    store.close();
  }
}

function cli(args: string[], env: NodeJS.ProcessEnv = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, ...args], {
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1', ...env },
  });
  return { code: status, out: stdout, err: stderr };
}

const numbers = (db: string) =>
  cli(['runs', '--json', '--db', db])
    .out.split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line).run);

test('runs: number, age, command, requests, findings, size', async (t) => {
  const db = join(t.testdir(), 'scooby.db');
  await stored(t, { db });
  const lines = cli(['runs', '--db', db]).out.trimEnd().split('\n');
  t.match(lines[0], /^RUN {2}BEGAN {2}COMMAND +REQUESTS {2}FINDINGS +SIZE$/);
  t.match(lines[1], /^ {2}3 {5}1h {2}node app3\.js +3 +1 +\d/);
  t.equal(lines.length, 4);
  const [last, , first] = cli(['runs', '--json', '--db', db])
    .out.trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  t.match(last, { run: 3, command: 'node app3.js', requests: 3, findings: 1 });
  t.ok(last.bytes > first.bytes * 2);
  t.match(cli(['runs', '-n', '1', '--db', db]).err, '');
  t.match(cli(['runs', '--db', join(t.testdirName, 'none.db')]).err, /There is no database at/);
});

test('a run chooses the requests of list and top', async (t) => {
  const db = join(t.testdir(), 'scooby.db');
  await stored(t, { db });
  const count = (...args: string[]) =>
    cli([...args, '--json', '--db', db])
      .out.trimEnd()
      .split('\n').length;
  t.equal(count('list', '--run', '2'), 2);
  t.equal(count('list', '--run', 'last'), 3);
  t.equal(JSON.parse(cli(['top', '--by', 'route', '--run', 'previous', '--json', '--db', db]).out).count, 2);
  t.match(cli(['list', '--run', '9', '--db', db]), {
    code: 1,
    err: 'scooby: There is no run 9: 3 runs are stored. List them:  scooby runs\n',
  });
  t.match(cli(['list', '--run', '1', '--follow', '--db', db]), { code: 2, err: /leave --run out/ });
});

test('some runs are removed, and what it says is so', async (t) => {
  const db = join(t.testdir(), 'scooby.db');
  await stored(t, { db });
  t.match(cli(['clean', '--run', '1', '--db', db]), {
    code: 1,
    err: `remove 1 request of 1 run from ${db}: only with --yes\nscooby: Nothing was removed.\n`,
  });
  t.same(numbers(db), [3, 2, 1]);
  t.match(cli(['clean', '--run', 'last~1', '--yes', '--db', db]), {
    code: 0,
    out: new RegExp(`^${db}: 2 requests of 1 run removed`),
  });
  t.same(numbers(db), [3, 1]);
  t.match(
    cli(['clean', '--older', '100m', '-y', '--json', '--db', db]).out,
    /"requests": 1,\n {2}"runs": 1,/,
  );
  t.match(cli(['clean', '--keep', '1', '-y', '--db', db]).out, /there was nothing to remove/);
  t.same(numbers(db), [3]);
  t.match(cli(['clean', '--keep', '1', '--older', '1h', '-y', '--db', db]), {
    code: 2,
    err: /leave all but one out/,
  });
  t.match(cli(['clean', '--run', '7', '-y', '--db', db]), { code: 1, err: /There is no run 7/ });
});

test('all: the files and the copies are gone, what belongs to others stays', async (t) => {
  const db = join(t.testdir(), 'state/scooby.db');
  await stored(t, { db });
  for (const name of ['scooby.db.v3', 'scooby.db.corrupt-20260101T000000'])
    writeFileSync(join(dirname(db), name), 'x'.repeat(9000));
  const { code, out } = cli(['clean', '--yes', '--db', db]);
  t.equal(code, 0);
  t.match(out, /: 6 requests of 3 runs removed, \d+ kB freed$/m);
  t.notOk(existsSync(dirname(db)), 'with the folder of its own');
  t.match(cli(['clean', '--yes', '--db', db]), { code: 0, out: `${db}: there was nothing to remove\n` });
  await stored(t, { db });
  writeFileSync(join(dirname(db), 'mine.txt'), '');
  cli(['clean', '--yes', '--db', db]);
  t.same(readdirSync(dirname(db)), ['mine.txt']);
});

test('the folder that the user is in stays', async (t) => {
  const cwd = join(t.testdir({ here: {} }), 'here');
  await stored(t, { db: join(cwd, 'scooby.db') });
  const { status } = spawnSync(process.execPath, [PROGRAM, 'clean', '--yes', '--db', 'scooby.db'], { cwd });
  t.equal(status, 0);
  t.same(readdirSync(cwd), []);
});

test('a file that a run records to is said to be in use, emptied, and stays', async (t) => {
  const db = join(t.testdir(), 'scooby.db');
  await stored(t, { db });
  // A socket's path may have 107 characters.
  const socket = join(tmpdir(), `scooby-clean-${process.pid}`);
  t.teardown(() => rmSync(socket, { force: true }));
  const other = spawn(
    process.execPath,
    ['-e', `require('node:net').createServer().listen(${JSON.stringify(socket)}, () => console.log('up'))`],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  t.teardown(() => other.kill());
  await once(other.stdout, 'data');
  const record = registerRunRecord(db, {
    id: 'x',
    pid: other.pid!,
    socket,
    token: 't',
    command: ['node'],
    project: '/',
    started: 1,
  });
  t.teardown(() => record.remove());
  const { out, err } = cli(['clean', '--yes', '--db', db]);
  t.match(
    err,
    `scooby run (pid ${other.pid}) records to it now: what it has stored so far is removed as well, what comes is kept.\n`,
  );
  t.match(out, /6 requests of 3 runs removed/);
  t.ok(existsSync(db));
  t.same(numbers(db), []);
});

test('the database of another program is refused', (t) => {
  const db = join(t.testdir(), 'app.db');
  mkdirSync(dirname(db), { recursive: true });
  writeFileSync(db, 'no database');
  t.match(cli(['clean', '--yes', '--db', db]), { code: 1 });
  t.ok(existsSync(db));
  t.end();
});

test('a shared store: only this project, whoever stored it', async (t) => {
  const { url } = await redis();
  const [project, theirs] = [`clean-${process.pid}`, `cleaner-${process.pid}`];
  await stored(t, { shared: { url, project } });
  await stored(t, { shared: { url, project: theirs } });
  const folder = t.testdir({ 'package.json': JSON.stringify({ name: project }) });
  const run = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, ...args, '--store', url], {
      cwd: folder,
      encoding: 'utf8',
    });
    return { code: status, out: stdout, err: stderr };
  };
  t.match(run('runs').out, /HOST/);
  t.match(run('clean', '--run', '3', '--yes').out, /: 3 requests of 1 run removed$/m);
  t.match(run('clean', '--yes').out, /: 3 requests of 2 runs removed$/m);
  t.match(run('clean', '--yes').out, /: 0 requests|nothing to remove/);
  const client = RedisClient.open(parseStoreUrl(url));
  t.teardown(() => client.close());
  await client.ready();
  const left: string[] = [];
  await client.scan(`scooby:1:${project}:`, async (keys) => left.push(...keys));
  t.same(left.map((key) => key.split(':').at(-1)).sort(), ['number', 'runs']);
  await client.scan(`scooby:1:${theirs}:`, async (keys) => left.push(...keys));
  t.ok(left.length > 10, 'those of another project stay');
});

test('which runs', (t) => {
  const runs = [3, 2, 1].map((number) => ({ number, start: number * 1000, command: '', requests: 1 }));
  const chosen = (flags: Parameters<typeof runsToRemove>[1]) =>
    runsToRemove(runs, flags, 3500).map(({ number }) => number);
  t.same(chosen({ run: ['3', 'last', '#1'] }), [3, 1]);
  t.same(chosen({ keep: 2 }), [1]);
  t.same(chosen({ keep: 0 }), [3, 2, 1]);
  t.same(chosen({ older: 1500 }), [1]);
  t.equal(cleanedText({ place: 'a', requests: 0, runs: 1, bytes: 0 }), 'a: 0 requests of 1 run removed');
  t.end();
});

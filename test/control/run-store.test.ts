import { execFile, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { test } from 'tap';
import { connectToRun } from '../../src/control/client.js';
import { RunStore } from '../../src/control/run-store.js';
import { SummaryFeed } from '../../src/feed/summary-feed.js';
import { PROGRAM, project, scooby, until } from '../scooby.js';

const APP = `require('node:http').createServer((req, res) => {
  console.log('handled'); res.end('hello');
}).listen(0, '127.0.0.1');`;

test('a run in memory: list, show, top, status and the browser read it through its control socket', async (t) => {
  const folder = project(t, { 'app.cjs': APP, 'a-file': '' });
  const db = join(folder, 'a-file/scooby.db');
  const state = t.testdir({});
  const env = { SCOOBY_DB: db, XDG_STATE_HOME: state };
  const run = scooby(t, { folder, command: ['app.cjs'], env });
  await run.ask('/first');
  await run.ask('/second');
  await run.lines(2);
  const say = async (...words: string[]) => {
    const options = { cwd: folder, env: { ...process.env, ...env, FORCE_COLOR: '0' } };
    return (await promisify(execFile)(process.execPath, [PROGRAM, ...words], options)).stdout;
  };
  const listed = (await say('list', '--json')).trim().split('\n');
  t.same(
    listed.map((line) => JSON.parse(line).url),
    ['/second', '/first'],
  );
  t.equal(JSON.parse(await say('show', '--json')).url, '/second');
  t.match(await say('show', '/first'), /GET \/first/);
  t.equal((await say('top', '--by', 'route', '--json')).trim().split('\n').length, 2);
  t.match(await say('list', '--by', 'run'), / 2 /);
  const [mine] = JSON.parse(await say('status', '--json')).runs;
  t.match(mine, { pid: run.child.pid, requests: 2, keptIn: 'memory', behind: 0 });

  const follower = spawn(process.execPath, [PROGRAM, 'list', '-f', 'path:third'], {
    cwd: folder,
    env: { ...process.env, ...env },
  });
  t.teardown(() => follower.kill('SIGKILL'));
  const lines: string[] = [];
  createInterface(follower.stdout).on('line', (line) => lines.push(line));
  process.env.XDG_STATE_HOME = state;
  t.teardown(() => delete process.env.XDG_STATE_HOME);
  const control = await connectToRun(db);
  const feed = await SummaryFeed.open(new RunStore(control!));
  t.teardown(() => feed.close());
  t.equal(await feed.count({ query: [] }), 2);
  let changes = 0;
  feed.subscribe(() => changes++);
  // Asked again until the other terminal follows.
  const asking = setInterval(() => void run.ask('/third').catch(() => {}), 100);
  t.teardown(() => clearInterval(asking));
  await until(() => lines.length > 0, 'the followed request');
  clearInterval(asking);
  t.match(lines[0], /GET \/third {2}200/);
  await until(() => changes > 0 && feed.stats().total > 2, 'the feed to follow');
  t.match(feed.status(), { place: `memory of scooby run (pid ${run.child.pid}), until it ends`, live: true });
  await run.stop();
});

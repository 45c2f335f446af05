import { execFile, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { test } from 'tap';
import { PROGRAM, project, scooby, until } from '../../scooby.js';
import { redis } from '../../servers/index.js';

const APP = `require('node:http').createServer((req, res) => {
  console.log('handled', { card: 'v3ry-secret' }); res.end('hello');
}).listen(0, '127.0.0.1');`;

test('two launchers share a Redis: every reading command reads both, and names them', async (t) => {
  const { url } = await redis();
  const files = { 'app.cjs': APP, 'package.json': '{"name": "@acme/shop"}' };
  const [one, two] = [project(t, files), project(t, files)];
  const start = (folder: string) => scooby(t, { folder, command: ['app.cjs'], env: { SCOOBY_STORE: url } });
  const runs = [start(one), start(two)];
  await runs[0]!.ask('/first');
  await runs[0]!.lines(1);
  await runs[1]!.ask('/second');
  await runs[1]!.lines(1);
  const say = async (...words: string[]) => {
    const options = { cwd: one, env: { ...process.env, FORCE_COLOR: '0' } };
    return (await promisify(execFile)(process.execPath, [PROGRAM, ...words, '--store', url], options)).stdout;
  };
  const urls = async (...words: string[]) =>
    (await say('list', '--json', ...words)).split('\n').flatMap((line) => line && JSON.parse(line).url);
  t.same(await urls(), ['/second', '/first'].concat(''));
  t.same(await urls('--host', 'elsewhere'), ['']);
  t.equal(JSON.parse(await say('show', '--json')).url, '/second');
  t.match(await say('show', '/first'), /GET \/first/);
  t.notMatch(await say('show', '/first', '--json'), 'v3ry-secret');
  t.equal((await say('top', '--by', 'route', '--json')).trim().split('\n').length, 2);
  t.match(JSON.parse((await say('list', '--by', 'run', '--json')).split('\n')[0]!), { run: 2, requests: 1 });
  t.match(await say('diff', '--runs'), /run 1|run 2/);
  const { stdout: status } = await promisify(execFile)(process.execPath, [PROGRAM, 'status', '--json'], {
    cwd: one,
    env: { ...process.env, SCOOBY_DB: runs[0]!.database },
  });
  const { pid } = runs[0]!.child;
  t.equal(
    JSON.parse(status).runs.find((run: { pid: number }) => run.pid === pid).requests,
    1,
    'stored elsewhere',
  );

  const env = { ...process.env, SCOOBY_STORE: url };
  const follower = spawn(process.execPath, [PROGRAM, 'list', '-f'], { cwd: two, env });
  t.teardown(() => follower.kill('SIGKILL'));
  const lines: string[] = [];
  createInterface(follower.stdout).on('line', (line) => lines.push(line));
  await until(() => lines.length === 2, 'the stored requests');
  await runs[0]!.ask('/third');
  await until(() => lines.length === 3, 'the request of the other launcher');
  t.match(lines[2], /GET \/third {2}200/);
  for (const run of runs) t.equal((await run.stop()).code, 143);
});

test('the password of --store is in no output, and not in the arguments of the launcher', async (t) => {
  const folder = project(t, { 'app.cjs': APP });
  const url = 'redis://user:pa55word@127.0.0.1:1/3';
  const run = scooby(t, { folder, options: ['--store', url], command: ['app.cjs'] });
  await run.ask('/a');
  await run.lines(1);
  await until(() => run.stderr.includes('cannot be reached'), 'the warning');
  t.match(run.stderr, /data in redis:\/\/user@127\.0\.0\.1:1\/3/);
  if (process.platform === 'linux')
    t.notMatch(readFileSync(`/proc/${run.child.pid}/cmdline`, 'utf8'), 'pa55word');
  const shown = await promisify(execFile)(process.execPath, [PROGRAM, 'show', '--json', '--store', url], {
    cwd: folder,
    env: { ...process.env, SCOOBY_DB: run.database },
  });
  t.equal(JSON.parse(shown.stdout).url, '/a', 'from the memory of the run');
  const own = await promisify(execFile)(process.execPath, [PROGRAM, 'list', '--json'], {
    cwd: folder,
    env: { ...process.env, SCOOBY_DB: run.database },
  });
  t.equal(JSON.parse(own.stdout.split('\n')[0]!).url, '/a', 'without --store, by asking the run');
  t.match(shown.stderr, /^redis:\/\/user@127\.0\.0\.1:1\/3: it cannot be reached\. These requests are from/);
  const { stderr, stdout } = await run.stop();
  t.notMatch(stderr + stdout + shown.stderr, 'pa55word');
});

test('a URL that is none is wrong usage', async (t) => {
  const list = promisify(execFile)(process.execPath, [PROGRAM, 'list', '--store', 'redis://:pa55word@h:x']);
  const { code, stderr } = await list.catch((error) => error);
  t.equal(code, 2);
  t.match(stderr, /host:port/);
  t.notMatch(stderr, 'pa55word');
});

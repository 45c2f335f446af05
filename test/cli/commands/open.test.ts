/** `scooby open`: the page of the run that goes on, or one over what is stored. */

import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'tap';
import { pageSecrets } from '../../../src/web/server/page-secrets.js';
import { PROGRAM, Running, type ScoobyRun, scooby, until } from '../../scooby.js';
import { ask, sessionHeaders } from '../../web/ask.js';

interface Test {
  teardown(fn: () => unknown): unknown;
}

const files = {
  'app.cjs': `require('node:http').createServer((req, res) => res.end(req.url)).listen(0, '127.0.0.1');`,
};
const LINK = /^http:\/\/127\.0\.0\.1:(\d+)\/\?token=([\w-]{32})$/m;
const WEEK = ['--include', '*'];

/** A page by its link. */
function pageOf(text: string) {
  const [, port, token] = LINK.exec(text)!;
  return { port: Number(port), secrets: pageSecrets(token!) };
}

async function urlsOn(page: ReturnType<typeof pageOf>): Promise<string[]> {
  const body = JSON.stringify([{ query: [] }, { by: 'time', reverse: false }, 0, 10]);
  const headers = sessionHeaders(page);
  const answer = await ask(page.port, { method: 'POST', path: '/api/feed/page', body, headers });
  return JSON.parse(answer.body).map(({ url }: { url: string }) => url);
}

/** A `scooby open` that serves what is stored. */
function openStored(t: Test, run: ScoobyRun, ...options: string[]): Running {
  const child = spawn(process.execPath, [PROGRAM, 'open', ...options], { cwd: run.folder, env: run.env });
  const running = new Running(child, run.folder);
  t.teardown(() => running.stop());
  return running;
}

test('the page of a run: from its own process, gone with the run', async (t) => {
  const run = scooby(t, { command: ['app.cjs'], files, options: WEEK });
  await run.ask('/one');
  await run.lines(1);
  t.notMatch(run.stderr, /token/, 'a token is not for logs');
  const { stdout } = run.cli('open');
  const page = pageOf(stdout);
  t.same(await urlsOn(page), ['/one']);
  const { id } = await run.trace('/one');
  const place = (...args: string[]) =>
    new URL(run.cli('open', '--no-browser', ...args).stdout).searchParams.get('at');
  t.same([place('last'), place(id.slice(0, 8)), place('/one')], Array(3).fill(`/r/${id}`));
  t.match(run.cli('open', '/none'), { code: 1, stderr: 'No request of "/none" is stored.' });
  t.match(run.cli('open', id, '7'), { code: 1, stderr: 'The request has no call "7"' });
  t.match(JSON.parse(run.cli('status', '--json').stdout), { runs: [{ pid: run.child.pid }] });
  t.notMatch(run.cli('status', '--json').stdout, page.secrets.token);
  const { status, headers } = await run.ask('/scooby/');
  t.match({ status, to: headers.location }, { status: 302, to: `http://127.0.0.1:${page.port}/` });
  t.equal((await run.ask('/scooby/', { method: 'POST' })).body, '/scooby/', 'anything else is the app’s');
  t.equal((await run.ask('/scooby/x')).body, '/scooby/x');
  await run.stop();
  await t.rejects(urlsOn(page), { code: 'ECONNREFUSED' });
});

test('a page whose process is killed is there again for the next connection', {
  skip: process.platform !== 'linux' && 'the process is found in /proc',
}, async (t) => {
  const run = scooby(t, { command: ['app.cjs'], files, options: WEEK });
  await run.ask('/one');
  await run.lines(1);
  const page = pageOf(run.cli('open').stdout);
  t.same(await urlsOn(page), ['/one']);
  const children = readFileSync(`/proc/${run.child.pid}/task/${run.child.pid}/children`, 'utf8')
    .trim()
    .split(' ');
  const isPage = (pid: string) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('--attached');
  const [pid] = children.filter(isPage);
  process.kill(Number(pid), 'SIGKILL');
  await until(() => {
    try {
      process.kill(Number(pid), 0);
      return false;
    } catch {
      return true;
    }
  }, 'its end');
  t.same(await urlsOn(page), ['/one']);
  t.equal((await run.ask('/two')).body, '/two');
});

test('without a page there is none, and open serves one of its own', async (t) => {
  const run = scooby(t, { command: ['app.cjs'], files, options: ['--no-page', ...WEEK] });
  t.equal((await run.ask('/scooby/')).body, '/scooby/', 'the path is the app’s');
  await run.lines(1);
  const opened = openStored(t, run);
  const [text] = await opened.said(LINK);
  t.same(await urlsOn(pageOf(text)), ['/scooby/']);
  await run.stop();
  t.same(await urlsOn(pageOf(text)), ['/scooby/'], 'also when the run has ended');
  t.equal((await opened.stop('SIGINT')).code, 0);
});

test('the page is where it is told to be, or says that the port is taken', async (t) => {
  const first = scooby(t, { command: ['app.cjs'], files, options: ['--page-port', '0'] });
  await first.url();
  const { port } = pageOf(first.cli('open').stdout);
  const args = [PROGRAM, 'run', '--port', '0', '--page-port', `${port}`, '--', process.execPath, 'app.cjs'];
  const { status, stderr } = spawnSync(process.execPath, args, {
    cwd: first.folder,
    env: first.env,
    encoding: 'utf8',
  });
  t.equal(status, 2);
  t.equal(stderr, `scooby: Port ${port} is already in use. Choose another with --page-port, or --no-page.\n`);
});

test('where nothing is stored, open says how to record', async (t) => {
  const run = scooby(t, { command: ['app.cjs'], files });
  await run.url();
  await run.stop();
  const { code, stderr } = run.cli('open', '--db', `${run.folder}/none.db`);
  t.match({ code, stderr }, { code: 1, stderr: /scooby run/ });
});

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { connectToRun, livingRuns } from '../../src/control/client.js';
import { aTrace } from '../factory.js';
import { scooby } from '../scooby.js';

// Counts its starts in a file; the response of `/` is the number of the current start.
const APP = `
  const fs = require('node:fs');
  const n = (fs.existsSync('starts') ? Number(fs.readFileSync('starts')) : 0) + 1;
  fs.writeFileSync('starts', String(n));
  require('node:http').createServer((req, res) => res.end(String(n))).listen(0);
`;

test('another terminal reads the status of a run, changes its recording and restarts its app', async (t) => {
  const run = scooby(t, { command: ['app.cjs'], files: { 'app.cjs': APP } });
  const url = await run.url();
  const control = (await connectToRun(run.database))!;
  t.teardown(() => control.close());
  t.match(livingRuns(run.database), [{ id: control.run.id, pid: run.child.pid, url, project: run.folder }]);
  t.match(control.run.command.slice(-1), ['app.cjs']);
  const before = await control.status();
  t.match(before, { record: 'all', app: 'listening', url, upstream: { port: await run.port() } });
  t.match(before.processes, [{ command: 'node app.cjs', cwd: run.folder, node: process.version }]);

  await run.ask('/recorded');
  t.equal((await control.record('off')).record, 'off');
  await run.ask('/unrecorded');
  await run.said(/scooby: no request is recorded from now on/);
  t.equal((await control.record('marked')).record, 'marked');
  await run.ask('/marked', { headers: { 'X-Scooby-Record': '1' } });
  await run.ask('/unmarked');
  t.equal((await control.record('all')).record, 'all');
  const many = Array.from({ length: 2000 }, (_, n) => n);
  await t.rejects(control.tryLoop(aTrace(), { spans: many, given: {} }), {
    message: 'The loop has 2,000 calls: one statement is tried in place of at most 1,000.',
  });
  await t.rejects(control.record('some' as 'all'), {
    name: 'ControlError',
    message: 'Requests to record are all, marked, off.',
  });

  const [one, other] = await Promise.all([control.restart(), control.restart()]);
  t.match(one, { url, record: 'all' });
  t.match(other, { url });
  t.equal((await run.ask('/restarted')).body, '2', 'the same URL, another process, started once more only');
  t.match((await control.status()).app, 'listening');
  const [after] = (await control.status()).processes;
  t.not(after!.pid, before.processes[0]!.pid);
  t.equal(run.outcome, undefined, 'the run goes on');
  t.same(
    (await run.lines(3)).map((line) => line.split(' ')[1]),
    ['/recorded', '/marked', '/restarted'],
  );

  const closed = new Promise<void>((resolve) => control.onClose(resolve));
  await run.stop();
  await closed;
  t.equal(await connectToRun(run.database), undefined);
  t.notOk(existsSync(`${run.database}-runs`));
});

test('a restart ends processes that a shell left running, and kills an app that ignores SIGTERM', async (t) => {
  const stubborn = `process.on('SIGTERM', () => {}); ${APP}`;
  const run = scooby(t, {
    // The shell does not forward SIGTERM to the app.
    command: ['sh', '-c', `"${process.execPath}" app.cjs; true`],
    files: { 'app.cjs': stubborn },
  });
  await run.url();
  const control = (await connectToRun(run.database))!;
  t.teardown(() => control.close());
  const { pid } = (await control.status()).processes[0]!;
  await control.restart();
  t.equal((await run.ask('/')).body, '2');
  t.not((await control.status()).processes.map((process) => process.pid).includes(pid), true);
  t.equal(readFileSync(join(run.folder, 'starts'), 'utf8'), '2');
  process.kill((await control.status()).processes[0]!.pid, 'SIGKILL');
  t.equal((await run.ended()).code, 0);
});

import { join } from 'node:path';
import { test } from 'tap';
import { isProcessAlive } from '../../src/control/process-alive.js';
import { AppChild } from '../../src/launcher/child.js';
import type { ChildHandle, OutputSink } from '../../src/launcher/output-sink.js';
import { scooby, until } from '../scooby.js';

const runCommand = (command: string[], env: NodeJS.ProcessEnv) => new AppChild(command, env).run();

test('the exit of a command: code, signal, or why it could not start', async (t) => {
  const folder = t.testdir({ 'not-to-be-run': '' });
  const node = (code: string) => [process.execPath, '-e', code];
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'];
  const listeners = () => signals.map((signal) => process.listenerCount(signal));
  const before = listeners();
  t.same(await runCommand(node('process.exit(9)'), process.env), { code: 9 });
  t.same(await runCommand(node('process.kill(process.pid, 9)'), process.env), {
    code: 137,
    signal: 'SIGKILL',
  });
  t.same(await runCommand(['no-such-command'], process.env), {
    code: 127,
    trouble: 'no-such-command: command not found',
  });
  t.same(await runCommand([join(folder, 'not-to-be-run')], process.env), {
    code: 126,
    trouble: `${folder}/not-to-be-run: permission denied`,
  });
  t.same(listeners(), before, 'no listener is left');
});

test('restart() resolves with false after the exit, and when a signal ends the run meanwhile', async (t) => {
  const ended = new AppChild([process.execPath, '-e', ''], process.env);
  t.equal(await ended.restart(async () => {}), false, 'not before its start');
  t.same(await ended.run(), { code: 0 });
  t.equal(await ended.restart(async () => {}), false);

  const app = new AppChild([process.execPath, '-e', 'setInterval(() => {}, 1000)'], process.env);
  const exit = app.run();
  const restarted = app.restart(async () => {
    let received = false;
    process.once('SIGTERM', () => {
      received = true;
    });
    process.kill(process.pid, 'SIGTERM');
    await until(() => received, 'the signal');
  });
  t.equal(app.isRestarting, true);
  t.equal(await restarted, false);
  t.same(await exit, { code: 143, signal: 'SIGTERM' });
});

test('a command that is ended while its sink decides is not restarted', async (t) => {
  let starts = 0;
  let handle: ChildHandle | undefined;
  const sink: OutputSink = {
    childStarted: (child) => {
      handle = child;
      starts++;
    },
    childPrinted: () => {},
    childExited: async () => {
      handle!.end();
      return starts < 2;
    },
    runEnding: () => {},
  };
  t.same(await new AppChild([process.execPath, '-e', ''], process.env, sink).run(), { code: 0 });
  t.equal(starts, 1);
});

const IGNORANT = `
for (const signal of ['SIGINT', 'SIGTERM', 'SIGQUIT']) process.on(signal, () => console.log('got ' + signal));
require('node:http').createServer((req, res) => res.end()).listen(0, '127.0.0.1', () => console.log('ready'));
`;

for (const [how, command] of Object.entries({
  'the app itself': ['node', 'app.cjs'],
  'an app behind a shell that ends': ['sh', '-c', 'node app.cjs & wait'],
})) {
  test(`SIGTERM is ignored by ${how}: SIGKILL after 5 s, nothing is left`, async (t) => {
    const run = scooby(t, { files: { 'app.cjs': IGNORANT }, command });
    await run.said(/^ready$/m);
    await run.ask('/');
    const pid = (await run.trace('/')).app!.pid;
    await run.stop('SIGTERM');
    await until(() => !isProcessAlive(pid), 'the end of the app');
    t.match(run.stdout, /^ready\ngot SIGTERM\n/);
    t.ok([137, 143].includes(run.outcome!.code!), `${run.outcome!.code}`);
  });
}

for (const first of ['SIGINT', 'SIGTERM', 'SIGQUIT'] as const) {
  test(`Ctrl-C after ${first} kills an app that ignores both, at once`, async (t) => {
    const run = scooby(t, { files: { 'app.cjs': IGNORANT }, command: ['app.cjs'] });
    await run.said(/^ready$/m);
    run.child.kill(first);
    await run.said(new RegExp(`^got ${first}$`, 'm'));
    run.child.kill('SIGINT');
    t.match(await run.ended(), { code: 137, stdout: `ready\ngot ${first}\n` });
  });
}

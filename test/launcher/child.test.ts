import { join } from 'node:path';
import { test } from 'tap';
import { AppChild } from '../../src/launcher/child.js';
import type { ChildHandle, OutputSink } from '../../src/launcher/output-sink.js';
import { until } from '../scooby.js';

const runCommand = (command: string[], env: NodeJS.ProcessEnv) => new AppChild(command, env).run();

test('how a command ended', async (t) => {
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

test('a command that has ended is not started again, nor one that is told to end meanwhile', async (t) => {
  const ended = new AppChild([process.execPath, '-e', ''], process.env);
  t.equal(await ended.restart(async () => {}), false, 'not before its start');
  t.same(await ended.run(), { code: 0 });
  t.equal(await ended.restart(async () => {}), false);

  const app = new AppChild([process.execPath, '-e', 'setInterval(() => {}, 1000)'], process.env);
  const exit = app.run();
  const restarted = app.restart(async () => {
    let told = false;
    process.once('SIGTERM', () => {
      told = true;
    });
    process.kill(process.pid, 'SIGTERM');
    await until(() => told, 'the signal');
  });
  t.equal(app.restarting, true);
  t.equal(await restarted, false);
  t.same(await exit, { code: 143, signal: 'SIGTERM' });
});

test('a command that is ended while its stage decides is not started again', async (t) => {
  let starts = 0;
  let player: ChildHandle | undefined;
  const stage: OutputSink = {
    started: (given) => {
      player = given;
      starts++;
    },
    printed: () => {},
    ended: async () => {
      player!.end();
      return starts < 2;
    },
    leave: () => {},
  };
  t.same(await new AppChild([process.execPath, '-e', ''], process.env, stage).run(), { code: 0 });
  t.equal(starts, 1);
});

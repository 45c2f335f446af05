import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'tap';
import { AppChild } from '../../src/launcher/child.js';
import {
  type ChildExit,
  type ChildHandle,
  endGroup,
  type OutputSink,
} from '../../src/launcher/output-sink.js';

const node = (code: string) => [process.execPath, '-e', code];

/** A stage that remembers, and wants the command again as often as is said. */
function stage(again: number) {
  const seen = { out: '', err: '', exits: [] as ChildExit[], left: 0, players: [] as ChildHandle[] };
  const it: OutputSink = {
    started: (player) => void seen.players.push(player),
    printed: (text, stream) => {
      seen[stream] += text;
    },
    ended: async (exit) => seen.exits.push(exit) <= again,
    leave: () => seen.left++,
  };
  return { it, seen };
}

test('a stage has the whole output of the command, and may have it again', async (t) => {
  const { it, seen } = stage(1);
  const command = node(
    "process.stdout.write('日本'.repeat(20000)); console.error('bad'); process.exitCode = 3",
  );
  t.same(await new AppChild(command, process.env, it).run(), { code: 3 });
  t.equal(seen.out, '日本'.repeat(40000));
  t.equal(seen.err, 'bad\nbad\n');
  t.same(seen.exits, [{ code: 3 }, { code: 3 }]);
  t.equal(seen.left, 0);
});

test('a command that is not there is not asked about', async (t) => {
  const { it, seen } = stage(9);
  const exit = await new AppChild(['no-such-command'], process.env, it).run();
  t.same(exit, { code: 127, trouble: 'no-such-command: command not found' });
  t.same(seen.exits, []);
});

test('what is typed reaches it; ended by its player, it is over', async (t) => {
  const { it, seen } = stage(9);
  const printed = new Promise<void>((resolve) => {
    const { printed: before } = it;
    it.printed = (text, stream) => {
      before(text, stream);
      if (seen.out.includes('got rs')) resolve();
    };
  });
  const started = it.started;
  it.started = (player) => {
    started(player);
    player.write('rs\n');
  };
  const app = new AppChild(
    node("process.stdin.on('data', (text) => console.log('got ' + text))"),
    process.env,
    it,
  );
  const over = app.run();
  await printed;
  seen.players[0]!.end();
  t.same(await over, { code: 143, signal: 'SIGTERM' });
  t.equal(seen.left, 1);
  t.same(seen.exits, []);
});

test('who ignores SIGTERM is ended for certain, with those that he has started', async (t) => {
  const stubborn = "process.on('SIGTERM', () => {}); console.log(process.pid); setInterval(() => {}, 1000);";
  const both = `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(stubborn)}], { stdio: 'inherit' }); ${stubborn}`;
  const child = spawn(process.execPath, ['-e', both], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let pids = '';
  for await (const text of child.stdout.setEncoding('utf8')) {
    pids += text;
    if (pids.split('\n').length > 2) break;
  }
  const exit = once(child, 'exit');
  await endGroup(child.pid!, 'SIGTERM', 50);
  t.same(await exit, [null, 'SIGKILL']);
});

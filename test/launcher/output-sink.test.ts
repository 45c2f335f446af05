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

/** A sink that records its calls, and restarts the command `restarts` times. */
function recordingSink(restarts: number) {
  const seen = { out: '', err: '', exits: [] as ChildExit[], runEndings: 0, handles: [] as ChildHandle[] };
  const sink: OutputSink = {
    childStarted: (handle) => void seen.handles.push(handle),
    childPrinted: (text, stream) => {
      seen[stream] += text;
    },
    childExited: async (exit) => seen.exits.push(exit) <= restarts,
    runEnding: () => seen.runEndings++,
  };
  return { sink, seen };
}

test('a sink receives the whole output of the command, and can restart it', async (t) => {
  const { sink, seen } = recordingSink(1);
  const command = node(
    "process.stdout.write('日本'.repeat(20000)); console.error('bad'); process.exitCode = 3",
  );
  t.same(await new AppChild(command, process.env, sink).run(), { code: 3 });
  t.equal(seen.out, '日本'.repeat(40000));
  t.equal(seen.err, 'bad\nbad\n');
  t.same(seen.exits, [{ code: 3 }, { code: 3 }]);
  t.equal(seen.runEndings, 0);
});

test('the exit of a command that could not start is not reported to the sink', async (t) => {
  const { sink, seen } = recordingSink(9);
  const exit = await new AppChild(['no-such-command'], process.env, sink).run();
  t.same(exit, { code: 127, trouble: 'no-such-command: command not found' });
  t.same(seen.exits, []);
});

test('write() reaches its stdin; after end() it is not restarted', async (t) => {
  const { sink, seen } = recordingSink(9);
  const printed = new Promise<void>((resolve) => {
    const { childPrinted: before } = sink;
    sink.childPrinted = (text, stream) => {
      before(text, stream);
      if (seen.out.includes('got rs')) resolve();
    };
  });
  const started = sink.childStarted;
  sink.childStarted = (handle) => {
    started(handle);
    handle.write('rs\n');
  };
  const app = new AppChild(
    node("process.stdin.on('data', (text) => console.log('got ' + text))"),
    process.env,
    sink,
  );
  const over = app.run();
  await printed;
  seen.handles[0]!.end();
  t.same(await over, { code: 143, signal: 'SIGTERM' });
  t.equal(seen.runEndings, 1);
  t.same(seen.exits, []);
});

test('a process that ignores SIGTERM is killed, with its child processes', async (t) => {
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

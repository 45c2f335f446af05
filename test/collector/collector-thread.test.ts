import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import type { CollectorSettings, FromCollector } from '../../src/collector/collector-messages.js';
import { CollectorThread } from '../../src/collector/collector-thread.js';
import { until } from '../scooby.js';

function aThread(t: Test, script: string, pingMs = 1000) {
  const file = join(t.testdir(), 'thread.mjs');
  writeFileSync(file, `import { parentPort } from 'node:worker_threads';\n${script}`);
  const events: unknown[] = [];
  const thread = new CollectorThread(
    {} as CollectorSettings,
    {
      received: (message: FromCollector) => events.push(message.t),
      failed: (reason) => events.push(['failed', reason]),
      restarted: (attempt) => events.push(['restarted', attempt]),
    },
    { file, pingMs },
  );
  t.teardown(() => thread.close());
  return { thread, events };
}

const ANSWERS = `
parentPort.on('message', ({ t }) => {
  if (t === 'ping') parentPort.postMessage({ t: 'pong' });
  if (t === 'finish') parentPort.postMessage({ t: 'finished' });
  if (t === 'woken') throw new Error('a fault');
  if (t === 'find') for (;;);
});`;

test('a thread that fails is started again, later each time, and hears no message meanwhile', async (t) => {
  const { thread, events } = aThread(t, ANSWERS);
  thread.post({ t: 'woken' });
  await until(() => events.length === 2, 'the second thread');
  thread.post({ t: 'woken' });
  await until(() => events.length === 3, 'its failure');
  thread.post({ t: 'finish' });
  await until(() => events.length === 4, 'the third thread');
  thread.post({ t: 'finish' });
  await until(() => events.length === 5, 'its answer');
  const failed = ['failed', 'a fault'];
  t.same(events, [failed, ['restarted', 1], failed, ['restarted', 2], 'finished']);
});

test('a thread that does not answer is ended and started again', async (t) => {
  const { thread, events } = aThread(t, ANSWERS, 200);
  thread.post({ t: 'finish' });
  await until(() => events.length === 1, 'the first thread');
  thread.post({ t: 'find', n: 1, id: 'x' });
  await until(() => events.length === 3, 'the second thread');
  thread.post({ t: 'finish' });
  await until(() => events.length === 4, 'its answer');
  t.same(events, ['finished', ['failed', 'it does not answer'], ['restarted', 1], 'finished']);
});

test('a thread that is slow to start is waited for', async (t) => {
  const slow = `
let pings = 0;
parentPort.on('message', () => ++pings === 20 && parentPort.postMessage({ t: 'finished' }));`;
  const { events } = aThread(t, slow, 100);
  await until(() => events.length > 0, 'its first word');
  t.same(events[0], 'finished');
});

test('a thread that ends by itself, or cannot be started, has failed', async (t) => {
  const { events } = aThread(t, 'process.exit(3);');
  await until(() => events.length > 0, 'its failure');
  t.same(events[0], ['failed', 'it ended with code 3']);
});

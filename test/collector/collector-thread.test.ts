import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import type { CollectorSettings, FromCollector } from '../../src/collector/collector-messages.js';
import { CollectorThread } from '../../src/collector/collector-thread.js';
import { until } from '../scooby.js';

function aThread(t: Test, script: string, pingMs = 1000, cpuMs?: () => number, shared?: SharedArrayBuffer) {
  const file = join(t.testdir(), 'thread.mjs');
  writeFileSync(file, `import { parentPort } from 'node:worker_threads';\n${script}`);
  const events: unknown[] = [];
  const thread = new CollectorThread(
    { shared } as unknown as CollectorSettings,
    {
      received: (message: FromCollector) => events.push(message.t),
      failed: (reason) => events.push(['failed', reason]),
      restarted: (attempt) => events.push(['restarted', attempt]),
    },
    { file, pingMs, ...(cpuMs && { cpuMs }) },
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
  await until(() => events.length >= 2, 'the second thread');
  thread.post({ t: 'woken' });
  await until(() => events.length >= 3, 'its failure');
  thread.post({ t: 'finish', losses: [] });
  await until(() => events.length >= 4, 'the third thread');
  thread.post({ t: 'finish', losses: [] });
  await until(() => events.length >= 5, 'its answer');
  const failed = ['failed', 'a fault'];
  t.same(events, [failed, ['restarted', 1], failed, ['restarted', 2], 'finished']);
});

test('a thread that does not answer is ended and started again', async (t) => {
  const { thread, events } = aThread(t, ANSWERS, 200);
  thread.post({ t: 'finish', losses: [] });
  await until(() => events.length >= 1, 'the first thread');
  thread.post({ t: 'find', n: 1, id: 'x' });
  await until(() => events.length >= 3, 'the second thread');
  thread.post({ t: 'finish', losses: [] });
  await until(() => events.length >= 4, 'its answer');
  t.same(events, ['finished', ['failed', 'it does not answer'], ['restarted', 1], 'finished']);
});

/** Says that it runs, and stops until it is notified. */
const STOPS = `
import { workerData } from 'node:worker_threads';
parentPort.postMessage({ t: 'finished' });
parentPort.on('message', () => {
  Atomics.wait(new Int32Array(workerData.shared), 0, 0);
  parentPort.postMessage({ t: 'finished' });
});`;

test('a thread that has had no CPU is waited for, up to a bound', async (t) => {
  const shared = new SharedArrayBuffer(4);
  let pings = 0;
  const cpuMs = () => {
    if (++pings === 60) {
      // Also a thread that does not wait yet goes on.
      const signal = new Int32Array(shared);
      Atomics.store(signal, 0, 1);
      Atomics.notify(signal, 0);
    }
    return 0;
  };
  const { events } = aThread(t, STOPS, 20, cpuMs, shared);
  await until(() => events.length >= 2, 'its answer');
  t.same(events.slice(0, 2), ['finished', 'finished'], 'the machine had other things to do');
  const stopped = aThread(t, STOPS, 10, () => 0, new SharedArrayBuffer(4));
  await until(() => stopped.events.length > 1, 'its end');
  t.same(stopped.events.slice(0, 2), ['finished', ['failed', 'it does not answer']]);
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

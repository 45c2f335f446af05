/** Runs the browser over fake traces, configured by FAKE_ variables, for tests and the bench. */

import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { browse } from '../../src/tui/browse.js';
import { NOW, ORDERS_SOURCE, traceAt } from './fake.js';
import { MemoryFeed } from './memory-feed.js';

const number = (name: string, otherwise: number) => Number(process.env[name] ?? otherwise);

/** Creates a folder with the source file of the traces. */
function createAppFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'scooby-fake-'));
  mkdirSync(join(folder, 'src'));
  writeFileSync(join(folder, 'src/orders.js'), ORDERS_SOURCE);
  process.on('exit', () => rmSync(folder, { recursive: true }));
  return folder;
}

// Subscribed at the start: a signal without a listener ends the process.
const openSignal = process.env.FAKE_OPEN ? once(process, process.env.FAKE_OPEN) : undefined;

async function open(): Promise<MemoryFeed> {
  if (openSignal) {
    // A signal listener does not keep the process alive.
    const keepAlive = setInterval(() => {}, 60_000);
    await openSignal;
    clearInterval(keepAlive);
  }
  const feed = new MemoryFeed(number('FAKE_REQUESTS', 400));
  const rate = number('FAKE_RATE', 0);
  let n = 0;
  if (rate > 0) {
    setInterval(() => {
      n++;
      const trace = traceAt(n);
      feed.add({ ...trace, id: trace.id.replace(/^a/, 'f'), start: Date.now() });
    }, 1000 / rate).unref();
  }
  if (process.env.FAKE_LIVE === '0') feed.state = { ...feed.state, live: false };
  if (process.env.FAKE_CWD) {
    const cwd = createAppFolder();
    feed.traces = feed.traces.map((trace) => ({ ...trace, app: { ...trace.app!, cwd } }));
  }
  if (process.env.FAKE_EXIT)
    feed.state = { ...feed.state, live: false, exit: { code: 1, stderr: ['Error: boom'] } };
  return feed;
}

if (process.env.FAKE_NOW !== '0') Date.now = () => NOW + 3000;

const crash = process.env.FAKE_CRASH as NodeJS.Signals | undefined;
if (crash) {
  process.on(crash, () => {
    throw new Error('a fault');
  });
}

const rejection = process.env.FAKE_REJECTION as NodeJS.Signals | undefined;
if (rejection) process.on(rejection, () => void Promise.reject(new Error('a fault')));

const has = (flag: string) => process.argv.includes(flag);

browse({
  open,
  plain: has('--plain'),
  ...(has('--ascii') ? { ascii: true } : {}),
  ...(has('--mouse') ? { mouse: true } : {}),
}).then(
  () => process.exit(0),
  (error: Error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  },
);

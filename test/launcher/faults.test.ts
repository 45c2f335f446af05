/** Whatever call of the launcher's fails, the app is served, what is missing is told in a sentence, and nothing hangs. */

import { join } from 'node:path';
import { test } from 'tap';
import { ROOT } from '../agent/app.js';
import { scooby } from '../scooby.js';

const FAULTS = `--require ${join(ROOT, 'test/fixtures/launcher-faults.cjs')}`;
const APP = `require('node:http').createServer((req, res) => res.end('hello')).listen(0, '127.0.0.1');`;
const AT_ONCE = 4;
const MAX_TEST_MS = 300_000;

/** Calls by their number: those of the run's folder, its sockets, the registry, the store, the spools. */
const POINTS = `fs.openSync:1:EMFILE fs.openSync:1:ENOSPC fs.writeFileSync:1:ENOSPC fs.writeFileSync:2:ENOSPC
  fs.mkdirSync:1:EACCES fs.mkdirSync:2:EACCES fs.mkdtempSync:1:ENOSPC fs.chmodSync:2:EPERM
  fs.readdirSync:1:EACCES fs.statSync:1:EIO fs.readFileSync:1:EIO`.split(/\s+/);

test('a call of the launcher that fails costs the app nothing', { timeout: MAX_TEST_MS }, async (t) => {
  const points = [...POINTS];
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let FAULT = points.pop(); FAULT !== undefined; FAULT = points.pop()) {
        const env = { NODE_OPTIONS: FAULTS, FAULT };
        const run = scooby(t, { files: { 'app.cjs': APP }, command: ['app.cjs'], env });
        const { status, body } = await run.ask('/a');
        t.same([status, body], [200, 'hello'], FAULT);
        const { code, stderr } = await run.stop();
        t.equal(code, 143, FAULT);
        t.notMatch(stderr, /^ {4}at /m, FAULT);
        const told = stderr.split('\n').filter((line) => /^scooby: (?!waiting)/.test(line));
        t.ok(told.length <= 1, `${FAULT}: ${told.join('\n')}`);
      }
    }),
  );
});

test('a collector that the system has no room for is told of in a sentence', async (t) => {
  const env = { NODE_OPTIONS: FAULTS, FAULT: 'worker_threads.Worker:1:EAGAIN' };
  const run = scooby(t, { files: { 'app.cjs': APP }, command: ['app.cjs'], env });
  const { code, stderr } = await run.ended();
  t.not(code, 0);
  t.match(stderr, /^scooby: the collector cannot be started: EAGAIN: made to fail, Worker$/m);
  t.notMatch(stderr, /^ {4}at /m);
});

test('an app that the system cannot start is told of in a sentence', async (t) => {
  const env = { NODE_OPTIONS: FAULTS, FAULT: 'child_process.spawn:1:ENOMEM' };
  const run = scooby(t, { files: { 'app.cjs': APP }, command: ['app.cjs'], env });
  const { code, stderr } = await run.ended();
  t.equal(code, 126);
  t.match(stderr, /^scooby: .*node: ENOMEM: made to fail, spawn$/m);
  t.notMatch(stderr, /^ {4}at /m);
});

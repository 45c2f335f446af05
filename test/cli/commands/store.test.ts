import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { test } from 'tap';
import { storeFacts, storeLines } from '../../../src/cli/commands/store.js';
import { MemoryStore } from '../../../src/store/memory.js';
import { openStore } from '../../../src/store/open.js';
import { aTrace } from '../../factory.js';
import { PROGRAM } from '../../scooby.js';

const run = { key: 'k', start: 5000, command: 'node app.js' };

test('where, how many, how large and since when', async (t) => {
  const db = join(t.testdir(), 'scooby.db');
  const store = await openStore({ db, cwd: '/', run }, t.fail);
  store.saveAll([aTrace(), aTrace()]);
  store.close();
  const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, 'store', '--json', '--db', db]);
  const { bytes, ...facts } = JSON.parse(stdout);
  t.same(facts, { place: db, requests: 2, runs: 1, oldest: 5000 });
  t.ok(bytes > 10_000, `${bytes}`);
});

test('as text; a store that is no file has no size', async (t) => {
  const facts = { place: '/a/scooby.db', requests: 2, runs: 1, oldest: 5000, bytes: 3_400_000 };
  t.same(storeLines(facts, 65_000), [
    '/a/scooby.db',
    '2 requests of 1 run, the oldest began 1m ago',
    '3.4 MB',
  ]);
  const memory = new MemoryStore({ ttl: 1e9, maxSize: 1e6, run });
  t.same(storeLines(await storeFacts(memory), 0), ['memory, until scooby ends', '0 requests of 0 runs']);
  t.equal(storeLines({ ...facts, bytes: 12_000 }, 0)[2], '12 kB');
});

import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { type Test, test } from 'tap';
import { SqliteStore } from '../../src/store/sqlite.js';
import type { Sampling } from '../../src/store/store.js';
import { aSpan, aTrace } from '../factory.js';
import { aClock } from './contract.js';

const connect = (path: string, options: Sqlite.Options) => new Sqlite(path, options);

function open(t: Test, path: string, sampling: Sampling = {}) {
  const warnings: string[] = [];
  const warn = (message: string) => void warnings.push(message);
  const store = new SqliteStore({
    connect,
    path,
    ttl: 1e9,
    maxSize: 1e9,
    warn,
    clock: aClock(),
    ...sampling,
  });
  t.teardown(() => store.close());
  return { store, warnings };
}

/** Overwrites all but the first page. */
function damage(path: string) {
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.alloc(statSync(path).size - 4096, 0xa5), 0, null, 4096);
  closeSync(file);
}

function fill(store: SqliteStore) {
  store.saveAll(
    Array.from({ length: 200 }, (_, n) =>
      aTrace({ id: `old-${n}`, spans: [aSpan({ name: `${n}`.repeat(2000) })] }),
    ),
  );
}

const aside = (path: string) => readdirSync(dirname(path)).filter((name) => /\.corrupt-\d+T\d+$/.test(name));

test('a file that is no database is moved aside and replaced, with one warning', async (t) => {
  const path = join(t.testdir({ 'scooby.db': 'these are my notes\n'.repeat(500) }), 'scooby.db');
  const { store, warnings } = open(t, path);
  store.saveAll([aTrace({ id: 'new' })]);
  t.same(await store.idsWith('', 10), ['new']);
  t.equal(aside(path).length, 1);
  t.match(readFileSync(join(dirname(path), aside(path)[0]!), 'utf8'), /^these are my notes/);
  t.same(warnings, [
    `${path} was damaged, or no database. It is kept as ${path}.corrupt-20261122T120000; a new one was begun.`,
  ]);
});

test('damage found by a save: the file is moved aside, and the trace is in the new one', async (t) => {
  const path = join(t.testdir(), 'scooby.db');
  const { store: first } = open(t, path);
  fill(first);
  first.close();
  damage(path);
  const { store, warnings } = open(t, path);
  for (let n = 0; n < 5; n++) store.saveAll([aTrace({ id: `new-${n}` })]);
  t.equal((await store.idsWith('new-', 10)).length, 5);
  t.equal((await store.find('new-4'))?.id, 'new-4');
  t.equal(warnings.length, 1);
  t.equal(aside(path).length, 1);
});

test('damage in a database that was not closed is found at the start', (t) => {
  const path = join(t.testdir(), 'scooby.db');
  const { store: first } = open(t, path);
  fill(first);
  first.close();
  damage(path);
  writeFileSync(`${path}-wal`, 'left behind');
  const { warnings } = open(t, path);
  t.equal(warnings.length, 1);
  t.equal(aside(path).length, 1);
  t.end();
});

test('two stores that find the same damage share the new database', async (t) => {
  const path = join(t.testdir(), 'scooby.db');
  const { store: first } = open(t, path);
  fill(first);
  first.close();
  const { store: one, warnings: warned } = open(t, path);
  const { store: two, warnings } = open(t, path);
  damage(path);
  one.saveAll([aTrace({ id: 'one' })]);
  two.saveAll([aTrace({ id: 'two' })]);
  t.same((await one.idsWith('', 10)).sort(), ['one', 'two']);
  t.same((await two.idsWith('', 10)).sort(), ['one', 'two']);
  t.equal(warned.length + warnings.length, 1);
  t.equal(aside(path).length, 1);
});

test('a reader reports a damaged database and leaves it unchanged', (t) => {
  const path = join(t.testdir({ 'scooby.db': 'x'.repeat(5000) }), 'scooby.db');
  const options = { connect, path, ttl: 1, maxSize: 1, warn: t.fail, readonly: true };
  t.throws(() => new SqliteStore(options), {
    name: 'StoreError',
    message: `${path}: it is damaged, or no database.`,
  });
  t.same(aside(path), []);
  t.end();
});

test('a database deleted while it is in use is created again', async (t) => {
  const path = join(t.testdir(), 'x', 'scooby.db');
  const { store } = open(t, path);
  store.saveAll([aTrace()]);
  rmSync(dirname(path), { recursive: true });
  store.saveAll([aTrace({ id: 'kept' })]);
  t.ok(existsSync(path));
  t.same(await store.idsWith('', 10), ['kept']);
});

const run = { key: 'k', start: 7, command: 'node app.js' };

/** What another process reads of a database after its writer has ended. */
async function lossesIn(path: string) {
  const reader = new SqliteStore({
    ...{ connect, path, ttl: 1e9, maxSize: 1e9, readonly: true, clock: aClock() },
    warn: () => {},
  });
  const losses = await reader.losses();
  reader.close();
  return losses;
}

test('a database deleted while a run writes to it: said, and counted for those who read it later', async (t) => {
  const path = join(t.testdir(), 'scooby.db');
  let emptied = 0;
  const { store, warnings } = open(t, path, { run, emptied: () => emptied++ });
  store.saveAll([aTrace({ id: 'a' }), aTrace({ id: 'b' }), aTrace({ id: 'o', outside: true })]);
  store.saveAll([aTrace({ id: 'a' })]);
  for (const file of [path, `${path}-wal`, `${path}-shm`]) rmSync(file, { force: true });
  store.saveAll([aTrace({ id: 'c' })]);
  const said = `${path}: the database was deleted or replaced; a new one was begun, without 2 requests of this run`;
  t.same([warnings, emptied], [[said], 1]);
  t.same(await store.losses(), [{ run: 1, requests: 2, reason: 'the database was deleted or replaced' }]);
  rmSync(path);
  await store.finish();
  store.close();
  t.equal(warnings[1], said.replace('2 requests', '1 request'), 'noticed at the end, too');
  t.same(await lossesIn(path), [{ run: 1, requests: 1, reason: 'the database was deleted or replaced' }]);
});

test('a damaged database: what the run had kept in it is counted', async (t) => {
  const path = join(t.testdir(), 'scooby.db');
  const { store: first } = open(t, path, { run });
  fill(first);
  first.close();
  const { store } = open(t, path, { run });
  store.saveAll([aTrace({ id: 'a' })]);
  damage(path);
  t.equal(await store.find('old-7'), undefined);
  await store.finish();
  t.same(await lossesIn(path), [{ run: 1, requests: 1, reason: 'the database was damaged' }]);
});

test('losses are added up by reason, outlive what is kept, and go with their run', async (t) => {
  const path = join(t.testdir(), 'scooby.db');
  const { store } = open(t, path, { run });
  store.noteLoss({ requests: 3, reason: 'the disk is full' });
  store.noteLoss({ requests: 1, reason: 'a lock' });
  store.noteLoss({ requests: 4, reason: 'the disk is full' });
  store.saveAll([aTrace({ id: 'a' })]);
  store.noteLoss({ requests: 5, reason: 'the disk is full' });
  await store.finish();
  t.same(await lossesIn(path), [
    { run: 1, requests: 1, reason: 'a lock' },
    { run: 1, requests: 12, reason: 'the disk is full' },
  ]);
  const { store: cleaner } = open(t, path);
  await cleaner.remove([1]);
  t.same(await cleaner.losses(), []);
  const { store: other } = open(t, path, { run: { ...run, key: 'other' } });
  other.noteLoss({ requests: 1, reason: 'all of them' });
  await other.finish();
  t.same(
    await lossesIn(path),
    [{ run: 2, requests: 1, reason: 'all of them' }],
    'of a run that kept nothing',
  );
});

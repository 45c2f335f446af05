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
import { aSpan, aTrace } from '../factory.js';
import { aClock } from './contract.js';

const connect = (path: string, options: Sqlite.Options) => new Sqlite(path, options);

function open(t: Test, path: string) {
  const warnings: string[] = [];
  const warn = (message: string) => void warnings.push(message);
  const store = new SqliteStore({ connect, path, ttl: 1e9, maxSize: 1e9, warn, clock: aClock() });
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

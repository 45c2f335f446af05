import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { type Test, test } from 'tap';
import { SqliteStore } from '../../src/store/sqlite.js';
import { StoreError } from '../../src/store/store.js';
import { aSpan, aTrace } from '../factory.js';
import { aClock, contract, sampling } from './contract.js';

const HOUR = 3600 * 1000;
const DAY = 24 * HOUR;

const connect = (path: string, options: Sqlite.Options) => new Sqlite(path, options);

contract('sqlite', (t, clock) => open(t, { clock }).store);

/** Opens a new store, and a second connection that inspects the file. */
function open(t: Test, options: Partial<ConstructorParameters<typeof SqliteStore>[0]> = {}) {
  const path = options.path ?? join(t.testdir(), 'scooby.db');
  const settings = { connect, path, ttl: DAY, maxSize: 64 << 20, warn: t.fail, ...sampling, ...options };
  const store = new SqliteStore(settings);
  t.teardown(() => store.close());
  const queryFile = (sql: string) => {
    const db = new Sqlite(path, { readonly: true });
    try {
      return db.prepare(sql).pluck().get() as number;
    } finally {
      db.close();
    }
  };
  return { store, path, queryFile };
}

/** Text that compression does not shorten. */
const noise = (length: number) => randomBytes((length * 3) / 4).toString('base64');

/** Call with a value of so many characters; statements of that length would be fingerprinted. */
const noisySpan = (length: number) => aSpan({ detail: { params: [noise(length)] } });

test('the file is a WAL database that can shrink, with scooby’s application_id', (t) => {
  const { queryFile } = open(t);
  t.equal(queryFile('PRAGMA journal_mode'), 'wal');
  t.equal(queryFile('PRAGMA auto_vacuum'), 2);
  t.equal(queryFile('PRAGMA user_version'), 6);
  t.equal(queryFile('PRAGMA application_id'), 0x5c00b1);
  t.end();
});

test('a batch is saved as a whole or not at all', async (t) => {
  const { store } = open(t);
  const broken = aTrace({ id: 'broken' });
  broken.spans.push(aSpan({ detail: { n: 1n } }));
  t.throws(() => store.saveAll([aTrace({ id: 'good' }), broken]), TypeError);
  t.same(await store.idsWith('', 10), []);
});

test('expired traces are deleted by later saves, with their bodies', (t) => {
  const clock = aClock();
  const { store, queryFile } = open(t, { clock });
  store.saveAll(Array.from({ length: 250 }, () => aTrace({ start: clock.now() })));
  clock.pass(DAY + 1);
  store.saveAll([aTrace({ start: clock.now() })]);
  t.equal(queryFile('SELECT count(*) FROM traces'), 1);
  t.equal(queryFile('SELECT count(*) FROM bodies'), 1);
  t.end();
});

test('figures are deleted with their traces, and subjects and runs without any', (t) => {
  const clock = aClock();
  const { store, queryFile } = open(t, { clock });
  const trace = aTrace({ start: clock.now(), spans: [aSpan({ name: 'select a from once' })] });
  store.saveAll([trace, aTrace({ route: '/gone', spans: [aSpan()] })]);
  t.same([queryFile('SELECT count(*) FROM figures'), queryFile('SELECT count(*) FROM subjects')], [8, 6]);
  store.saveAll([{ ...trace, spans: [aSpan()] }]);
  t.same([queryFile('SELECT count(*) FROM figures'), queryFile('SELECT count(*) FROM subjects')], [8, 5]);
  clock.pass(DAY + 1);
  store.saveAll([aTrace({ start: clock.now(), spans: [aSpan()] })]);
  t.same([queryFile('SELECT count(*) FROM figures'), queryFile('SELECT count(*) FROM subjects')], [4, 4]);
  t.equal(queryFile('SELECT count(*) FROM runs'), 1);
  t.end();
});

test('nothing is left of requests that are deleted', async (t) => {
  const clock = aClock();
  const { store, queryFile } = open(t, { clock });
  const orphans = () => queryFile('SELECT count(*) FROM pragma_foreign_key_check');
  const traces = Array.from({ length: 30 }, (_, n) =>
    aTrace({ start: clock.now(), route: `/${n % 7}`, spans: [aSpan({ name: `select ${n % 5} from t` })] }),
  );
  store.saveAll(traces);
  // Late calls, and a request twice in one save.
  const late = traces
    .slice(0, 20)
    .map((trace) => ({ ...trace, spans: [aSpan({ name: 'select late from t' })] }));
  store.saveAll([...late, ...late.slice(0, 3).map((trace) => ({ ...trace, spans: [] }))]);
  t.same([orphans(), queryFile('SELECT count(*) FROM bodies')], [0, 30]);
  t.equal(queryFile("SELECT count(*) FROM subjects WHERE text LIKE 'select late%'"), 1);
  clock.pass(DAY + 1);
  store.saveAll([aTrace({ start: clock.now(), spans: [aSpan()] })]);
  t.same(
    [orphans(), queryFile('SELECT count(*) FROM bodies'), queryFile('SELECT count(*) FROM figures')],
    [0, 1, 4],
  );
  await store.remove([queryFile('SELECT id FROM runs')]);
  t.same(
    ['traces', 'bodies', 'figures', 'subjects'].map((table) => queryFile(`SELECT count(*) FROM ${table}`)),
    [0, 0, 0, 0],
  );
});

test('a sweep deletes a bounded number, the next sweep goes on', (t) => {
  const clock = aClock();
  const { store, queryFile } = open(t, { clock });
  store.saveAll(Array.from({ length: 2500 }, () => aTrace({ start: clock.now() })));
  clock.pass(DAY + 1);
  const left = [];
  for (let n = 0; n < 3; n++) {
    store.saveAll([aTrace({ start: clock.now() })]);
    left.push(queryFile('SELECT count(*) FROM traces'));
  }
  t.same(left, [1501, 502, 3]);
  t.end();
});

test('a clock that jumps ahead deletes nothing', async (t) => {
  const clock = aClock();
  const { store, path } = open(t, { clock });
  store.saveAll(Array.from({ length: 50 }, (_, n) => aTrace({ id: `old-${n}`, start: clock.now() })));
  clock.jump(100 * DAY);
  for (let n = 0; n < 500; n++) store.saveAll([aTrace({ start: clock.now() })]);
  store.close();
  const { store: again } = open(t, { clock, path });
  again.saveAll([aTrace({ start: clock.now() })]);
  clock.jump(-100 * DAY);
  t.equal((await again.idsWith('old-', 100)).length, 50);
});

test('a new process under a wrong clock deletes nothing either', async (t) => {
  const clock = aClock();
  const { store, path } = open(t, { clock });
  store.saveAll([aTrace({ id: 'old', start: clock.now() })]);
  store.close();
  clock.jump(100 * DAY);
  const { store: wrong } = open(t, { clock, path });
  for (let n = 0; n < 500; n++) wrong.saveAll([aTrace({ start: clock.now() })]);
  clock.jump(-100 * DAY);
  t.same(await wrong.idsWith('old', 1), ['old']);
});

test('a clock that jumps back deletes nothing', async (t) => {
  const clock = aClock();
  const { store } = open(t, { clock });
  store.saveAll([aTrace({ id: 'old', start: clock.now() })]);
  clock.jump(-100 * DAY);
  for (let n = 0; n < 500; n++) store.saveAll([aTrace({ start: clock.now() })]);
  t.same(await store.idsWith('old', 1), ['old']);
});

test('the database stays within its size, keeps the newest, and its log stays short', async (t) => {
  const maxSize = 4 << 20;
  const { store, path } = open(t, { maxSize });
  let last = '';
  // Two and a half times as much as it may hold.
  for (let n = 0; n < 700; n++) {
    const trace = aTrace({ start: n, spans: [noisySpan(20_000)] });
    store.saveAll([trace]);
    last = trace.id;
  }
  t.ok(statSync(path).size < maxSize * 2, `${statSync(path).size} bytes while it runs`);
  t.ok(statSync(`${path}-wal`).size <= 32 << 20, `${statSync(`${path}-wal`).size} bytes of log`);
  t.ok(await store.find(last));
  t.ok((await store.recent({}, 1000)).length > 100);
  store.close();
  t.ok(statSync(path).size < maxSize * 1.25, `${statSync(path).size} bytes at rest`);
});

test('the file shrinks when its traces expire', (t) => {
  const clock = aClock();
  const { store, path } = open(t, { clock });
  store.saveAll(Array.from({ length: 500 }, () => aTrace({ spans: [noisySpan(20_000)] })));
  store.close();
  const full = statSync(path).size;
  const { store: again } = open(t, { path, clock });
  clock.pass(DAY + 1);
  for (let n = 0; n < 5; n++) {
    clock.pass(5000);
    again.saveAll([aTrace()]);
  }
  again.close();
  t.ok(full > 5 << 20, `${full} bytes before`);
  t.ok(statSync(path).size < 2 << 20, `${statSync(path).size} bytes after`);
  t.end();
});

test('a constant reader does not let the log grow without bound', (t) => {
  const clock = aClock();
  const { store, path } = open(t, { clock });
  const burst = () => {
    for (let n = 0; n < 60; n++) {
      store.saveAll([aTrace({ start: n, spans: Array.from({ length: 50 }, () => noisySpan(20_000)) })]);
    }
  };
  store.saveAll([aTrace()]);
  const reader = new Sqlite(path, { readonly: true });
  const rows = reader.prepare('SELECT id FROM traces').iterate();
  rows.next();
  burst();
  const grown = statSync(`${path}-wal`).size;
  rows.return?.();
  clock.pass(5000);
  store.saveAll([aTrace()]);
  t.ok(grown > 32 << 20, `${grown} bytes while a reader was in the way`);
  t.ok(statSync(`${path}-wal`).size < 1 << 20, `${statSync(`${path}-wal`).size} bytes after`);
  reader.close();
  t.end();
});

test('a source text is kept as long as traces refer to it', async (t) => {
  const clock = aClock();
  const { store } = open(t, { clock });
  const hash = store.saveSource({ file: 'a.js', text: 'a' });
  const unused = store.saveSource({ file: 'b.js', text: 'b' });
  for (let hour = 0; hour < 40; hour++) {
    clock.pass(HOUR);
    store.saveAll([aTrace({ start: clock.now(), sources: { 'a.js': hash } })]);
  }
  clock.pass(DAY - 1);
  store.saveAll([aTrace({ start: clock.now() })]);
  t.same(await store.source(hash), { file: 'a.js', text: 'a' });
  t.equal(await store.source(unused), undefined);
});

test('a full disk is reported at once and tried again after 10 s; saved traces stay readable', async (t) => {
  const clock = aClock();
  let db!: Sqlite.Database;
  const bounded = ((path: string, options: Sqlite.Options) => {
    db = new Sqlite(path, options);
    return db;
  }) as unknown as typeof Sqlite;
  const { store } = open(t, { connect: bounded, clock });
  const big = () => aTrace({ start: clock.now(), spans: [noisySpan(500_000)] });
  const kept = big();
  store.saveAll([kept]);
  const pages = db.pragma('page_count', { simple: true });
  db.pragma(`max_page_count = ${pages}`);
  const full = { name: 'StoreError', message: /there is no room left on the disk/ };
  t.throws(() => store.saveAll([big()]), full);
  t.ok(await store.find(kept.id));
  db.pragma('max_page_count = 100000');
  clock.pass(9_999);
  t.throws(() => store.saveAll([big()]), full, 'not tried again yet');
  clock.pass(1);
  const later = big();
  store.saveAll([later]);
  t.ok(await store.find(later.id));
});

test('a writer that cannot lock the database within 5 s reports it', async (t) => {
  const impatient = ((path: string, options: Sqlite.Options) =>
    new Sqlite(path, { ...options, timeout: 10 })) as unknown as typeof Sqlite;
  const { store, path } = open(t, { connect: impatient });
  const other = new Sqlite(path);
  other.exec('BEGIN IMMEDIATE');
  t.throws(
    () => store.saveAll([aTrace()]),
    new StoreError(`${path}: another process has held it for more than 5 seconds.`),
  );
  other.exec('COMMIT');
  other.close();
  store.saveAll([aTrace()]);
  t.equal((await store.recent({}, 10)).length, 1);
});

test('a subject that another process has deleted is added anew, whatever has its id now', async (t) => {
  const { store, path } = open(t);
  store.saveAll([aTrace({ id: 'a', method: 'GET', url: '/orders' })]);
  const other = new Sqlite(path);
  other.pragma('foreign_keys = ON');
  const [{ id }] = other.prepare("SELECT id FROM subjects WHERE text = '/orders'").all() as [{ id: number }];
  other.exec('DELETE FROM traces; DELETE FROM subjects');
  other
    .prepare("INSERT INTO subjects (id, key, of, kind, text) VALUES (?, 'k', 'request', 'GET', '/other')")
    .run(id);
  other.close();
  store.saveAll([aTrace({ id: 'b', method: 'GET', url: '/orders' })]);
  t.same(
    (await store.aggregates('route', {})).map(({ text, requests }) => [text, requests]),
    [['/orders', 1]],
  );
});

test('a subject of a transaction that was undone is added by the next one', async (t) => {
  const { store, path } = open(t, { lockTimeout: 0 });
  const other = new Sqlite(path);
  t.teardown(() => other.close());
  // A trigger that fails the last trace of the batch, after the subjects of the first were added.
  other.exec(`CREATE TRIGGER refuse BEFORE INSERT ON bodies WHEN (SELECT id FROM traces WHERE seq = NEW.trace) = 'bad'
    BEGIN SELECT RAISE(ABORT, 'no'); END`);
  const good = aTrace({ id: 'good', method: 'GET', url: '/orders' });
  t.throws(() => store.saveAll([good, aTrace({ id: 'bad' })]), /no/);
  store.saveAll([good]);
  t.same(
    (await store.aggregates('route', {})).map(({ text, requests }) => [text, requests]),
    [['/orders', 1]],
  );
});

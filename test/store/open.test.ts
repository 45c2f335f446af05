import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Sqlite from 'better-sqlite3';
import { test } from 'tap';
import { openStore } from '../../src/store/open.js';
import { StoreError } from '../../src/store/store.js';
import { aTrace } from '../factory.js';

const child = fileURLToPath(new URL('./child.js', import.meta.url));
const MEMORY = 'memory, until scooby ends';
const GOES_ON =
  'Until then requests are kept in memory only: scooby list, show and ui find them there while this runs.';

/** Opens for writing; returns the store's place and the warnings. */
async function opened(db: string) {
  const warnings: string[] = [];
  const store = await openStore({ db, cwd: '/' }, (message) => warnings.push(message));
  store.saveAll([aTrace({ id: 'kept' })]);
  const found = (await store.find('kept'))?.id;
  store.close();
  return { place: store.place, warnings, found };
}

test('a writer gets a new database in a new folder', async (t) => {
  const path = join(t.testdir(), 'a', 'b', 'scooby.db');
  t.same(await opened(path), { place: path, warnings: [], found: 'kept' });
  const reader = await openStore({ db: path, cwd: '/', readonly: true }, t.fail);
  t.equal((await reader.find('kept'))?.id, 'kept');
  t.throws(() => reader.saveAll([aTrace()]), new StoreError(`${path}: it may not be written by this user.`));
  reader.close();
});

test('a reader without a database gets a message with the next step, and creates nothing', async (t) => {
  const folder = t.testdir({ 'package.json': '{}' });
  const path = join(folder, 'none', 'scooby.db');
  await t.rejects(openStore({ db: path, cwd: '/', readonly: true }, t.fail), {
    name: 'StoreError',
    message: `There is no database at ${path}. Record some requests there:  scooby run --db ${path} -- node app.js`,
  });
  t.notOk(existsSync(join(folder, 'none')));
});

test('a path that cannot be a file: a store in memory, one warning', async (t) => {
  const folder = t.testdir({ file: 'x', folder: {} });
  t.same(await opened(join(folder, 'folder')), {
    place: MEMORY,
    warnings: [`${folder}/folder is not a file. Choose another file with --db. ${GOES_ON}`],
    found: 'kept',
  });
  t.same(await opened(join(folder, 'file', 'a.db')), {
    place: MEMORY,
    warnings: [`${folder}/file/a.db: part of its path is not a folder. ${GOES_ON}`],
    found: 'kept',
  });
});

test('a folder or file of another user: a store in memory, one warning', {
  skip: process.getuid?.() !== 0 && 'needs root',
}, (t) => {
  const folder = t.testdir({ closed: {}, 'theirs.db': '' });
  chmodSync(join(folder, 'closed'), 0o700);
  chmodSync(join(folder, 'theirs.db'), 0o666);
  for (const [name, reason] of [
    ['closed/a.db', 'it may not be written by this user.'],
    ['theirs.db', 'belongs to another user.'],
  ] as const) {
    const run = spawnSync(process.execPath, [child, 'stranger', join(folder, name), '2'], {
      encoding: 'utf8',
    });
    t.equal(run.status, 0, run.stderr);
    const lines = run.stdout.trim().split('\n');
    t.match(lines[0], `warning: ${join(folder, name)}`);
    t.match(lines[0], reason);
    t.equal(lines[1], `place: ${MEMORY}`);
    t.equal(lines.length, 4);
  }
  t.end();
});

test('a database of a newer version is unchanged, and the message names the version', async (t) => {
  const path = join(t.testdir(), 'scooby.db');
  await opened(path);
  const db = new Sqlite(path);
  db.pragma('user_version = 999');
  db.close();
  const newer = `${path} was written by a newer scooby (format 999, this one knows 6). Update scooby, or choose another file with --db.`;
  const { place, warnings } = await opened(path);
  t.same({ place, warnings }, { place: MEMORY, warnings: [`${newer} ${GOES_ON}`] });
  await t.rejects(openStore({ db: path, cwd: '/', readonly: true }, t.fail), new StoreError(newer));
});

test('a database of an older version is migrated, also by a reader', async (t) => {
  const path = join(t.testdir(), 'scooby.db');
  await opened(path);
  const older = () => {
    const db = new Sqlite(path);
    db.exec(
      'DROP TABLE figures; DROP TABLE subjects; DROP TABLE runs; DROP TABLE losses; DROP INDEX traces_run',
    );
    db.exec('DROP INDEX traces_ticks; DROP INDEX traces_parent; ALTER TABLE traces DROP COLUMN parent');
    db.exec('ALTER TABLE traces DROP COLUMN run; ALTER TABLE traces DROP COLUMN win');
    db.pragma('user_version = 1');
    db.close();
  };
  older();
  const said: string[] = [];
  const reader = await openStore({ db: path, cwd: '/', readonly: true }, (message) => said.push(message));
  t.same(said, [
    `${path} is brought from format 1 to 6. It is kept as it was as ${path}.v1; scooby clean removes it.`,
  ]);
  t.equal((await reader.idsWith('kept', 1))[0], 'kept');
  t.same(await reader.aggregates('route', {}), []);
  reader.close();
  older();
  t.same(await opened(path), { place: path, warnings: [], found: 'kept' });
  const copy = new Sqlite(`${path}.v1`, { readonly: true });
  t.equal(copy.pragma('user_version', { simple: true }), 1, 'as the earlier version wrote it');
  t.equal(copy.prepare('SELECT count(*) FROM traces').pluck().get(), 1);
  copy.close();
  t.equal(statSync(`${path}.v1`).mode & 0o777, 0o600);
});

test('the requests of a database without wins are listed, and new ones have theirs', async (t) => {
  const path = join(t.testdir(), 'scooby.db');
  await opened(path);
  const before = new Sqlite(path);
  before.exec('ALTER TABLE traces DROP COLUMN win; DROP TABLE losses');
  before.pragma('user_version = 4');
  before.close();
  const said: string[] = [];
  const store = await openStore({ db: path, cwd: '/' }, (message) => said.push(message));
  t.same(said, [
    `${path} is brought from format 4 to 6. It is kept as it was as ${path}.v4; scooby clean removes it.`,
  ]);
  const finding = { kind: 'slow', severity: 'warn', confidence: 1, message: '', spans: [], ms: 20, win: 12 };
  store.saveAll([aTrace({ id: 'new', start: Date.now(), findings: [finding as never] })]);
  t.same(
    (await store.recent({}, 9)).map(({ id, win }) => ({ id, win })),
    [
      { id: 'new', win: 12 },
      { id: 'kept', win: undefined },
    ],
  );
  store.close();
  const copy = new Sqlite(`${path}.v4`, { readonly: true });
  t.equal(copy.pragma('user_version', { simple: true }), 4, 'as the earlier version wrote it');
  t.equal(copy.prepare('SELECT count(*) FROM traces').pluck().get(), 1);
  copy.close();
});

test('the database of another program is unchanged', async (t) => {
  const path = join(t.testdir(), 'app.db');
  const db = new Sqlite(path);
  db.exec('CREATE TABLE users (id)');
  db.close();
  chmodSync(path, 0o644);
  const { place, warnings } = await opened(path);
  const theirs = `${path} is the database of another program. Choose another file with --db. ${GOES_ON}`;
  t.same({ place, warnings }, { place: MEMORY, warnings: [theirs] });
  const again = new Sqlite(path, { readonly: true });
  t.equal(statSync(path).mode & 0o777, 0o644);
  t.same(again.prepare('SELECT name FROM sqlite_schema').pluck().all(), ['users']);
  t.equal(again.pragma('journal_mode', { simple: true }), 'delete');
  again.close();
});

test('an empty file becomes a database', async (t) => {
  const path = join(t.testdir({ 'scooby.db': '' }), 'scooby.db');
  t.same(await opened(path), { place: path, warnings: [], found: 'kept' });
});

import { chmodSync, existsSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'tap';
import { createPrivate, databaseFiles, moveAside, restrictMode } from '../../src/store/files.js';
import { openStore } from '../../src/store/open.js';
import { StoreError } from '../../src/store/store.js';
import { aTrace } from '../factory.js';

const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);

for (const umask of [0o000, 0o022, 0o077]) {
  test(`under umask ${umask.toString(8)} only the user can read the files`, async (t) => {
    const before = process.umask(umask);
    t.teardown(() => process.umask(before));
    const path = join(t.testdir(), 'state', 'scooby', 'scooby.db');
    const store = await openStore({ db: path, cwd: '/' }, t.fail);
    store.saveAll([aTrace()]);
    t.same(databaseFiles(path).map(mode), ['600', '600', '600']);
    t.same([dirname(path), dirname(dirname(path))].map(mode), ['700', '700']);
    store.close();
  });
}

test('modes of files are restricted, but not of a folder that the user chose', (t) => {
  const path = join(t.testdir({ 'a.db': '', 'a.db-wal': '' }), 'a.db');
  for (const file of [path, `${path}-wal`]) chmodSync(file, 0o644);
  chmodSync(dirname(path), 0o755);
  createPrivate(path);
  restrictMode(path);
  t.same([path, `${path}-wal`, dirname(path)].map(mode), ['600', '600', '755']);
  t.end();
});

for (const end of ['', '-wal', '-shm']) {
  test(`a symbolic link planted at scooby.db${end} is refused and not followed`, async (t) => {
    const folder = t.testdir({ victim: 'keep me' });
    const path = join(folder, 'scooby.db');
    symlinkSync(join(folder, 'victim'), `${path}${end}`);
    t.throws(
      () => createPrivate(path),
      new StoreError(`${path}${end} is a symbolic link. Choose another file with --db.`),
    );
    const warnings: string[] = [];
    const store = await openStore({ db: path, cwd: '/' }, (message) => warnings.push(message));
    store.saveAll([aTrace()]);
    t.match(store.place, /^memory/);
    t.same(warnings.length, 1);
    t.equal(readFileSync(join(folder, 'victim'), 'utf8'), 'keep me');
    await t.rejects(openStore({ db: path, cwd: '/', readonly: true }, t.fail), StoreError);
  });
}

test('a link to nowhere is refused too', (t) => {
  const path = join(t.testdir(), 'scooby.db');
  symlinkSync(`${path}-elsewhere`, path);
  t.throws(() => createPrivate(path), StoreError);
  t.notOk(existsSync(`${path}-elsewhere`));
  t.end();
});

test('a file moved aside keeps its content and overwrites no other file', (t) => {
  const folder = t.testdir();
  const path = join(folder, 'a.db');
  const names = ['one', 'two'].map((text) => {
    writeFileSync(path, text);
    writeFileSync(`${path}-wal`, `${text} wal`);
    return moveAside(path, Date.UTC(2026, 10, 22, 12, 30, 5));
  });
  t.same(names, [`${path}.corrupt-20261122T123005`, `${path}.corrupt-20261122T123005-2`]);
  t.same(
    names.map((name) => readFileSync(name, 'utf8')),
    ['one', 'two'],
  );
  t.same(
    names.map((name) => readFileSync(`${name}-wal`, 'utf8')),
    ['one wal', 'two wal'],
  );
  t.notOk(existsSync(path));
  t.end();
});

import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { test } from 'tap';
import { copyBeforeMigration, filesBeside, schemaCopies } from '../../src/store/schema-copy.js';

test('the newest two copies are kept, one of each format, said once', (t) => {
  const path = join(t.testdir(), "a'b.db");
  const db = new Sqlite(path);
  db.exec('CREATE TABLE t (a); INSERT INTO t VALUES (1)');
  const said: string[] = [];
  for (const from of [1, 2, 2, 10])
    copyBeforeMigration(db, path, { from, to: 11 }, (message) => said.push(message));
  db.close();
  t.same(
    said.map((message) => message.slice(path.length + 1)),
    [1, 2, 10].map(
      (from) =>
        `is brought from format ${from} to 11. It is kept as it was as ${path}.v${from}; scooby clean removes it.`,
    ),
  );
  t.same(schemaCopies(path), [`${path}.v10`, `${path}.v2`]);
  t.notOk(existsSync(`${path}.v1`));
  t.equal(new Sqlite(`${path}.v2`).prepare('SELECT a FROM t').pluck().get(), 1);
  t.end();
});

test('a copy that cannot be written is none', (t) => {
  const path = join(t.testdir(), 'a.db');
  const db = new Sqlite(path);
  t.throws(() => copyBeforeMigration(db, join(t.testdirName, 'none/a.db'), { from: 1, to: 2 }, t.fail), {
    code: /SQLITE/,
  });
  db.close();
  t.same(schemaCopies(path), []);
  t.end();
});

test('files of a database, and none of others', (t) => {
  const folder = t.testdir();
  for (const name of [
    's.db',
    's.db-wal',
    's.db-shm',
    's.db.v3',
    's.db.corrupt-20260101',
    's.db.bak',
    'other.db',
    's.db-runs',
  ])
    writeFileSync(join(folder, name), 'xx');
  t.same(
    filesBeside(join(folder, 's.db'))
      .map(({ file, bytes }) => [file.slice(folder.length + 1), bytes])
      .sort(),
    [
      ['s.db', 2],
      ['s.db-shm', 0],
      ['s.db-wal', 2],
      ['s.db.corrupt-20260101', 2],
      ['s.db.v3', 2],
    ],
  );
  t.same(filesBeside(join(folder, 'none/s.db')), []);
  t.same(schemaCopies(join(folder, 'none/s.db')), []);
  t.end();
});

import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import Sqlite from 'better-sqlite3';
import { test } from 'tap';
import { openPinned } from '../../src/store/pinned.js';

test('no database and no statement is ever garbage-collected', async (t) => {
  setFlagsFromString('--expose-gc');
  const gc: () => void = runInNewContext('gc');
  const path = join(t.testdir(), 'db');
  const handedOut = () => {
    const db = openPinned(Sqlite, path, {});
    const statement = db.prepare('select 1');
    db.close();
    return [db, statement].map((one) => new WeakRef(one));
  };
  const references = handedOut();
  // A WeakRef keeps its target until the end of the turn in which it was created.
  await new Promise((resolve) => setImmediate(resolve));
  gc();
  t.same(
    references.map((reference) => reference.deref() !== undefined),
    [true, true],
  );
});

test('a pragma takes effect each time, and returns its value', (t) => {
  const db = openPinned(Sqlite, join(t.testdir(), 'db'), {});
  for (const n of [1, 2, 1]) {
    db.pragma(`user_version = ${n}`);
    db.pragma(`busy_timeout = ${n}000`);
    t.same(
      ['user_version', 'busy_timeout', 'quick_check(1)'].map((name) => db.pragma(name, { simple: true })),
      [n, n * 1000, 'ok'],
    );
  }
  db.close();
  t.end();
});

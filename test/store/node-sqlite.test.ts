import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Test, test } from 'tap';
import type { OpenDatabase } from '../../src/store/database.js';
import { nodeSqliteOpener } from '../../src/store/node-sqlite.js';
import { SqliteStore } from '../../src/store/sqlite.js';
import { aTrace } from '../factory.js';
import { nodes } from '../nodes.js';
import { contract, sampling } from './contract.js';

const connect = nodeSqliteOpener();
if (connect === undefined) runElsewhere();
else runHere(connect);

/** This Node has no node:sqlite: the file is run by each that has. */
function runElsewhere(): void {
  test('node:sqlite keeps the contract of stores on each Node that has it', async (t) => {
    const able = (await nodes()).filter(({ version }) => Number(version.split('.')[0]) >= 22);
    for (const { version, path } of able) {
      const run = spawnSync(path, [fileURLToPath(import.meta.url)], { encoding: 'utf8' });
      t.equal(run.status, 0, `Node ${version}: ${run.stdout}`);
      t.equal(run.stderr, '', `Node ${version} warns of nothing`);
    }
  });
}

function runHere(connect: OpenDatabase): void {
  const settings = (t: Test) => ({
    ...{ connect, path: join(t.testdir(), 'scooby.db'), ttl: 24 * 3600 * 1000, maxSize: 1e9 },
    ...{ warn: t.fail, ...sampling },
  });

  contract('node:sqlite', (t, clock) => {
    const store = new SqliteStore({ ...settings(t), clock });
    t.teardown(() => store.close());
    return store;
  });

  test('what better-sqlite3 has written is read, and the other way round', async (t) => {
    const options = settings(t);
    const store = new SqliteStore(options);
    store.saveAll([aTrace({ id: 'a' })]);
    store.close();
    const reader = new SqliteStore({ ...options, readonly: true });
    t.equal((await reader.find('a'))?.id, 'a');
    t.throws(() => reader.saveAll([aTrace()]), { name: 'StoreError', message: /may not be written/ });
    reader.close();
  });

  test('a lock, damage and a missing file have the codes of better-sqlite3', (t) => {
    const path = join(t.testdir({ damaged: 'no database '.repeat(1000) }), 'locked');
    const [one, two] = [connect(path, {}), connect(path, { timeout: 1 })];
    one.exec('CREATE TABLE t (x)');
    one.exec('BEGIN IMMEDIATE');
    t.throws(() => two.transaction(() => 1).immediate(), { code: 'SQLITE_BUSY' });
    one.exec('COMMIT');
    t.throws(
      () =>
        two
          .transaction(() => {
            two.exec('INSERT INTO t VALUES (1)');
            throw new Error('undone');
          })
          .immediate(),
      { message: 'undone' },
    );
    t.equal(two.prepare('SELECT count(*) FROM t').pluck().get(), 0);
    const damaged = join(path, '../damaged');
    t.throws(() => connect(damaged, {}).exec('SELECT * FROM sqlite_schema'), { code: 'SQLITE_NOTADB' });
    t.throws(() => connect(`${path}-none`, { fileMustExist: true }), { code: 'SQLITE_CANTOPEN' });
    for (const db of [one, two]) db.close();
    writeFileSync(damaged, '');
    t.end();
  });
}

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import { type Test, test } from 'tap';
import { readSqlite } from '../../src/explain/sqlite-process.js';
import { ROOT } from '../scooby.js';

const ENDLESS = {
  sql: 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n',
};

function database(t: Test): string {
  const file = join(t.testdir(), 'shop.db');
  new Sqlite(file)
    .exec("CREATE TABLE items (id INTEGER, name TEXT); INSERT INTO items VALUES (1, 'tea')")
    .close();
  return file;
}

test('rows, a refusal, and a statement that takes too long, in words', async (t) => {
  const job = { file: database(t), attached: {} };
  t.same(await readSqlite({ ...job, queries: [{ sql: 'SELECT * FROM items WHERE id = ?', values: [1] }] }), [
    [{ id: 1, name: 'tea' }],
  ]);
  await t.rejects(readSqlite({ ...job, queries: [{ sql: 'SELECT * FROM none' }] }), {
    trouble: 'refused',
    message: 'no such table: none',
  });
  await t.rejects(readSqlite({ ...job, queries: [ENDLESS] }, 100), {
    trouble: 'slow',
    message: 'SQLite has not answered within 0.1 s; the process that read for it was ended.',
  });
});

const hasProc = existsSync('/proc/self/stat');

test('who reads ends with its parent, also in the middle of a statement', { skip: !hasProc }, async (t) => {
  const module = join(ROOT, 'dist/src/explain/sqlite-process.js');
  const job = { file: database(t), attached: {}, queries: [ENDLESS] };
  const script = `import(${JSON.stringify(module)}).then(({ readSqlite }) => readSqlite(${JSON.stringify(job)}, 1e6))`;
  const parent = spawn(process.execPath, ['-e', script], { stdio: 'ignore' });
  t.teardown(() => parent.kill('SIGKILL'));
  const reader = await childOf(parent);
  t.teardown(() => isThere(reader) && process.kill(reader, 'SIGKILL'));
  // More than it takes to start.
  while (cpuTicks(reader) < 150) await delay(20);
  parent.kill('SIGKILL');
  await once(parent, 'exit');
  while (isThere(reader)) await delay(20);
  t.pass('it has ended');
});

async function childOf({ pid }: ChildProcess): Promise<number> {
  for (;;) {
    const [child] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ');
    if (child) return Number(child);
    await delay(20);
  }
}

function fieldsOf(pid: number): string[] {
  return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
}

/** Hundredths of a second. */
function cpuTicks(pid: number): number {
  const fields = fieldsOf(pid);
  return Number(fields[11]) + Number(fields[12]);
}

function isThere(pid: number): boolean {
  // One that has ended stays a zombie until somebody asks for it.
  return existsSync(`/proc/${pid}`) && fieldsOf(pid)[0] !== 'Z';
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import Sqlite from 'better-sqlite3';
import { test } from 'tap';
import { openStore } from '../../src/store/open.js';

const child = fileURLToPath(new URL('./child.js', import.meta.url));

function start(what: string, path: string, n = 0) {
  return spawn(process.execPath, [child, what, path, `${n}`], { stdio: ['ignore', 'pipe', 'inherit'] });
}

const isId = (line: string) => /^[0-9a-f-]{36}$/.test(line);

test('several processes write and read a new database at the same time', async (t) => {
  const path = join(t.testdir(), 'new', 'scooby.db');
  const outputs = await Promise.all(
    ['writing', 'writing', 'reading', 'reading', 'writing', 'reading'].map(async (what) => {
      const process = start(what, path, 100);
      const lines: string[] = [];
      createInterface(process.stdout).on('line', (line) => lines.push(line));
      const [code] = await once(process, 'close');
      t.equal(code, 0);
      return lines;
    }),
  );
  const lines = outputs.flat();
  t.same(
    lines.filter((line) => !isId(line)),
    Array(6).fill(`place: ${path}`),
  );
  const store = await openStore({ db: path, cwd: '/', readonly: true }, t.fail);
  const found = await Promise.all(lines.filter(isId).map((id) => store.find(id)));
  t.equal(found.filter(Boolean).length, 600);
  store.close();
});

test('kill -9 of the writer, 20 times: no acknowledged trace is lost', async (t) => {
  const path = join(t.testdir(), 'scooby.db');
  const acknowledged: string[] = [];
  for (let time = 0; time < 20; time++) {
    const writer = start('flood', path);
    let seen = 0;
    for await (const line of createInterface(writer.stdout)) {
      if (isId(line)) acknowledged.push(line);
      if (++seen === 20 + time) writer.kill('SIGKILL');
    }
    t.equal(writer.signalCode ?? (await once(writer, 'exit'))[1], 'SIGKILL');
  }
  const store = await openStore({ db: path, cwd: '/' }, t.fail);
  t.ok(acknowledged.length >= 20 * 20, `${acknowledged.length} acknowledged`);
  const found = await Promise.all(acknowledged.map((id) => store.find(id)));
  t.equal(found.indexOf(undefined), -1);
  store.close();
  const db = new Sqlite(path, { readonly: true });
  t.equal(db.pragma('quick_check', { simple: true }), 'ok');
  db.close();
});

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { test } from 'tap';
import { need } from '../programs.js';
import { mariadb, memcached, postgres, redis } from './index.js';
import { postgresClient } from './postgres.js';
import { ask } from './server.js';

test('two PostgreSQL databases are fresh and apart', async (t) => {
  const [one, two] = [await postgres(t), await postgres(t)];
  const rows = async (url: string, sql: string) => {
    const client = postgresClient(url);
    await client.connect();
    return client
      .query(sql)
      .then((result) => result.rows)
      .finally(() => client.end());
  };
  await rows(one.url, 'create table orders as select 7 as id');
  t.same(await rows(one.url, 'select id from orders'), [{ id: 7 }]);
  await t.rejects(rows(two.url, 'select id from orders'), { code: '42P01' });
  t.same(await rows(two.url, 'show max_connections'), [{ max_connections: '200' }]);
});

test('two MariaDB databases are fresh and apart', async (t) => {
  const [one, two] = [await mariadb(t), await mariadb(t)];
  const said = async ({ host, port, user, database }: typeof one, sql: string) => {
    const where = ['--no-defaults', '-N', '-h', host, '-P', String(port), '-u', user, database];
    return (await promisify(execFile)(need('mariadb'), [...where, '-e', sql])).stdout.trim();
  };
  await said(one, 'create table orders as select 7 as id');
  t.equal(await said(one, 'select id from orders'), '7');
  await t.rejects(said(two, 'select id from orders'), /ERROR 1146/);
});

test('memcached keeps a value under a prefix of its own', async (t) => {
  const server = await memcached();
  t.equal(await ask(server, `set ${server.prefix}a 0 0 1\r\n7\r\n`), 'STORED');
  t.equal(await ask(server, `get ${(await memcached()).prefix}a\r\n`), 'END');
});

test('two Redis databases are apart', async (t) => {
  const [one, two] = [await redis(), await redis()];
  t.equal(await ask(one, `SELECT ${one.database}\r\n`), '+OK');
  t.not(one.database, two.database);
  t.match(one.url, new RegExp(`^redis://127.0.0.1:${one.port}/[1-9]`));
});

test('a server ends, and its folder goes, with the process that started it, however that dies', async (t) => {
  const code = `import { startPostgres } from ${JSON.stringify(join(import.meta.dirname, 'postgres.js'))};
    const { port, folder } = await startPostgres();
    console.log(JSON.stringify({ port, folder }));
    setInterval(() => {}, 1000);`;
  const owner = spawn(process.execPath, ['--input-type=module', '--eval', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(owner.stdout, 'data');
  const { port, folder } = JSON.parse(String(line));
  t.ok(existsSync(folder));
  owner.kill('SIGKILL');
  while (existsSync(folder)) await setTimeout(10);
  await t.rejects(ask({ host: '127.0.0.1', port }), { code: 'ECONNREFUSED' });
});

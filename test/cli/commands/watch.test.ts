/** `scooby watch`: one line for each restart of the app. */

import { spawn, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { connectToRun } from '../../../src/control/client.js';
import { PROGRAM, scooby, until } from '../../scooby.js';
import { postgres } from '../../servers/index.js';

const APP = `
const { Pool } = require('pg');
const { items } = require('./items.cjs');
const pool = new Pool({ connectionString: process.env.PG });
const handlers = {
  '/setup': () => pool.query('create table items as select g as id, g % 9 as order_id from generate_series(1, 90) g'),
  '/orders': async () => items(pool, (await pool.query('select distinct order_id from items')).rows),
};
require('node:http').createServer((req, res) =>
  handlers[req.url]().then(() => res.end('fine'), (error) => res.writeHead(500).end(error.stack)),
).listen(0, '127.0.0.1');
`;
const LOOP = `exports.items = async (pool, orders) => {
  for (const { order_id } of orders) await pool.query('select * from items where order_id = $1', [order_id]);
};
`;
const ONE = `exports.items = (pool, orders) =>
  pool.query('select * from items where order_id = any($1)', [orders.map(({ order_id }) => order_id)]);
`;

test('after each restart the request is sent again and compared', async (t) => {
  const run = scooby(t, {
    command: ['app.cjs'],
    files: { 'app.cjs': APP, 'items.cjs': LOOP },
    env: { PG: (await postgres(t)).url },
  });
  await run.ask('/setup');
  await run.ask('/orders');
  await run.trace('/orders', ({ findings: [first] }) => first);
  const watch = spawn(process.execPath, [PROGRAM, 'watch', '/orders'], { cwd: run.folder, env: run.env });
  t.teardown(() => watch.kill('SIGKILL'));
  const printed = { stdout: '', stderr: '' };
  watch.stdout.on('data', (chunk) => void (printed.stdout += chunk));
  watch.stderr.on('data', (chunk) => void (printed.stderr += chunk));
  await until(() => printed.stderr.includes('\n'), 'the watch');
  t.match(
    printed.stderr,
    /^watching GET \/orders: queries 10, .*, N\+1; waiting for the app to be started again/,
  );

  const restart = async () => {
    const control = (await connectToRun(run.database))!;
    await control.restart();
    control.close();
  };
  await restart();
  await until(
    () => printed.stdout.split('\n').length > 1,
    () => `the first line after ${printed.stderr}`,
  );
  writeFileSync(join(run.folder, 'items.cjs'), ONE);
  await restart();
  await until(
    () => printed.stdout.split('\n').length > 2,
    () => `the second line after ${printed.stderr}`,
  );
  const [first, second] = printed.stdout.split('\n');
  t.match(first, /^\d\d:\d\d:\d\d {2}queries 10 → 10, .* {2}N\+1 still there$/);
  t.match(second, /^\d\d:\d\d:\d\d {2}queries 10 → 2, .* {2}N\+1 gone$/);
  const ended = new Promise((resolve) => watch.on('close', resolve));
  watch.kill('SIGINT');
  t.equal(await ended, 0);
});

test('a request that is not stored: exit code 2, as of verify', (t) => {
  const db = join(t.testdir(), 'none.db');
  for (const command of ['watch', 'verify']) {
    const { status, stderr } = spawnSync(process.execPath, [PROGRAM, command, '/orders', '--db', db], {
      encoding: 'utf8',
    });
    t.equal(status, 2, command);
    t.match(stderr, /^scooby: There is no database at /);
  }
  t.end();
});

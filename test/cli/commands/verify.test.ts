/** `scooby verify` on an app whose N+1 is mended. */

import { unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { connectToRun } from '../../../src/control/client.js';
import { type ScoobyRun, scooby } from '../../scooby.js';
import { postgres } from '../../servers/index.js';

const APP = `
const { Pool } = require('pg');
const { items } = require('./items.cjs');
const pool = new Pool({ connectionString: process.env.PG });
const handlers = {
  '/setup': () => pool.query('create table items as select g as id, g % 9 as order_id from generate_series(1, 90) g'),
  '/orders': async () => items(pool, (await pool.query('select distinct order_id from items')).rows),
  '/fine': () => pool.query('select 1'),
};
require('node:http').createServer((req, res) => {
  if (req.url === '/orders' && process.env.DENIED && require('node:fs').existsSync(process.env.DENIED)) return res.writeHead(401).end();
  handlers[req.url]().then(() => res.end('fine'), (error) => res.writeHead(500).end(error.stack));
}).listen(0, '127.0.0.1');
`;
const LOOP = `exports.items = async (pool, orders) => {
  for (const { order_id } of orders) await pool.query('select * from items where order_id = $1', [order_id]);
};
`;
const ONE = `exports.items = (pool, orders) =>
  pool.query('select * from items where order_id = any($1)', [orders.map(({ order_id }) => order_id)]);
`;

const verify = (run: ScoobyRun, ...args: string[]) => run.cli('verify', ...args);

test('an N+1 is still there until it is mended and the app is started again, then it is gone', async (t) => {
  const denied = join(t.testdir(), 'denied');
  const run = scooby(t, {
    command: ['app.cjs'],
    files: { 'app.cjs': APP, 'items.cjs': LOOP },
    env: { PG: (await postgres(t)).url, DENIED: denied },
  });
  await run.ask('/setup');
  t.match(verify(run), {
    code: 2,
    stderr: 'scooby: None of the newest 200 requests has a finding. All findings:  scooby top --by finding\n',
  });
  await run.ask('/orders');
  const { findings } = await run.trace('/orders', ({ findings: [first] }) => first);
  const id = findings[0]!.id;

  const still = verify(run);
  t.match(still.stdout, /^GET \/orders {2}[\da-f]{8} → [\da-f]{8}\nqueries 10 → 10, /);
  t.match(
    still.stdout,
    /\nstill there {2}N\+1 {2}exports\.items \(items\.cjs:2\) {2}9 calls, .* → 9 calls, /,
  );
  t.match(still.stdout, `scooby verify ${id}  verifies it again`);
  t.equal(still.code, 1);

  writeFileSync(join(run.folder, 'items.cjs'), ONE);
  const stale = verify(run, id.slice(0, 6));
  t.match(
    stale.stdout,
    'items.cjs was changed after the app had loaded it: start the app again, then verify.',
  );
  t.equal(stale.code, 1);

  const control = (await connectToRun(run.database))!;
  await control.restart();
  control.close();
  await run.ask('/fine');
  writeFileSync(denied, '');
  const elsewhere = verify(run, 'GET', '/orders');
  t.match(elsewhere.stdout, /\nunclear {6}N\+1 .*\n {13}it was answered 401 now, and 200 before\n/);
  t.equal(elsewhere.code, 2);
  unlinkSync(denied);

  const gone = verify(run, '/orders');
  t.match(gone.stdout, /\nqueries 10 → 2, /);
  t.match(gone.stdout, /\ngone {9}N\+1 {2}exports\.items \(items\.cjs:2\) {2}9 calls, .* → none\n/);
  t.equal(gone.code, 0);
  t.match(JSON.parse(verify(run, id, '--json').stdout), {
    verdict: 'gone',
    before: { queries: 10, status: '200' },
    after: { queries: 2, status: '200' },
    findings: [{ id, kind: 'n+1', verdict: 'gone', before: { calls: 9 } }],
    new: [],
    notes: [],
  });
  t.match(verify(run, 'ffff'), { code: 2, stderr: /^scooby: No finding or request "ffff" is stored/ });
  await run.stop();
  t.match(verify(run, id), { code: 2, stderr: /^scooby: No app runs under scooby in this project/ });
});

/** `scooby try`: what it prints, and how it ends. The shapes of loops are in test/explain/try-loop.test.ts. */

import { test } from 'tap';
import { type ScoobyRun, scooby } from '../../scooby.js';
import { postgres } from '../../servers/index.js';

const APP = `
const { Pool } = require('pg');
const pool = new Pool({ connectionString: process.env.PG });
const handlers = {
  '/setup': () => pool.query("create table items as select g as id, g % 9 as order_id, 'n' || g as token from generate_series(1, 90) g"),
  '/orders': async () => {
    const { rows } = await pool.query('select distinct order_id from items');
    for (const { order_id } of rows) await pool.query('select id from items where order_id = $1', [order_id]);
  },
  '/writes': async () => {
    for (let n = 1; n < 9; n++) await pool.query('update items set id = id where id = $1', [n]);
  },
  '/secret': async () => {
    for (let n = 1; n < 9; n++) await pool.query('select id from items where order_id = $1 and token = $2', [n, 'n1']);
  },
  '/fine': () => pool.query('select 1'),
};
require('node:http').createServer((req, res) =>
  handlers[req.url]().then(() => res.end('fine'), (error) => res.writeHead(500).end(error.stack)),
).listen(0, '127.0.0.1');
`;

const tried = (run: ScoobyRun, ...args: string[]) => run.cli('try', ...args);

test('the statement, its figures and whether its rows are the same', async (t) => {
  const run = scooby(t, {
    command: ['app.cjs'],
    files: { 'app.cjs': APP },
    env: { PG: (await postgres(t)).url },
  });
  await run.ask('/setup');
  await run.ask('/orders');
  const { id, findings } = await run.trace('/orders', ({ findings: [first] }) => first);
  const text = tried(run);
  t.match(text.stdout, /^GET \/orders {2}N\+1 {2}.*\(app\.cjs:8\)\n/);
  t.match(text.stdout, /\n {2}9 queries, .* → 1 query, .*, 90 rows, measured on your database\n/);
  t.match(text.stdout, /\n {2}the same rows for each of 9 values, on PostgreSQL \d/);
  t.match(text.stdout, '\n  SELECT id, order_id FROM items WHERE order_id = ANY($1::integer[])\n');
  t.equal(text.code, 0);
  const sql = tried(run, findings[0]!.id.slice(0, 8), '--sql');
  t.match(
    sql.stdout,
    /^SELECT id, order_id FROM items WHERE order_id = ANY\('\{\d(?:,\d){8}\}'::integer\[\]\);\n$/,
  );
  t.match(JSON.parse(tried(run, id, '3', '--json').stdout), {
    request: id,
    finding: findings[0]!.id,
    calls: [2, 3, 4, 5, 6, 7, 8, 9, 10],
    kind: 'list',
    comparison: { same: true },
    loop: { calls: 9, rows: 90 },
    one: { rows: 90 },
  });

  for (const url of ['/writes', '/secret', '/fine']) await run.ask(url);
  await run.trace('/fine');
  t.match(tried(run, '/writes', '1'), {
    code: 1,
    stderr: /^scooby: This UPDATE writes; only statements that read/,
  });
  t.match(tried(run, '/secret', '1'), { code: 1, stderr: /^scooby: \$2 was masked.* --value '\$2=…'/ });
  t.match(tried(run, '/secret', '1', '--value', '$2=n1'), { code: 0, stdout: /the same rows/ });
  t.match(tried(run, '/secret', '1', '--value', 'n1'), {
    code: 2,
    stderr: /--value takes a name and a value/,
  });
  t.match(tried(run, '/fine', '1'), { code: 1, stderr: /^scooby: All calls ask for the same/ });
  await run.stop();
  t.match(tried(run, id), { code: 1, stderr: /^scooby: The app is not running under scooby/ });
});

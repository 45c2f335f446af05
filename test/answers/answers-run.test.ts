/** A real app that asks through a helper: every command names the line of the loop. */

import { test } from 'tap';
import { PROGRAM, plainly, project, scooby } from '../scooby.js';
import { postgres } from '../servers/index.js';

const FILES = {
  'db.js': `const { Pool } = require('pg');
const pool = new Pool({ connectionString: process.env.PG, max: 1 });
exports.query = (text, values) => pool.query(text, values);
exports.end = () => pool.end();
`,
  'orders.js': `const { query } = require('./db.js');

const ORDERS = 'select n from generate_series(1, 8) n';
const ITEMS = 'select $1::int as item';

exports.list = async (loop) => {
  const { rows } = await query(ORDERS);
  if (!loop) return;
  for (const { n } of rows) {
    await query(ITEMS, [n]);
  }
};
`,
  'app.js': `const { end } = require('./db.js');
const { list } = require('./orders.js');
const server = require('node:http').createServer(async (req, res) => {
  await list(req.url === '/orders');
  res.end('fine');
});
server.listen(0, async () => {
  if (!process.env.ONCE) return;
  await (await fetch('http://127.0.0.1:' + server.address().port + '/orders')).text();
  server.close().closeAllConnections();
  await end();
});
`,
};
const LOOP = { kind: 'sql', text: 'SELECT ? AS item', site: 'orders.js:10' };
const BUDGET = '{"findings": ["*"], "severity": "info", "maxQueries": 3}';

test('show, top, diff and check name the line that asked, not the helper', async (t) => {
  const { url } = await postgres(t);
  const folder = project(t, { ...FILES, 'scooby.budget.json': BUDGET });
  const run = scooby(t, { command: ['app.js'], folder, env: { PG: url } });
  await run.ask('/few');
  await run.ask('/orders');
  const few = await run.trace('/few');
  const { id, findings } = await run.trace('/orders', ({ spans }) => spans.length >= 9);
  t.match(findings, [{ kind: 'n+1', site: LOOP.site, function: /list/ }]);

  const shown = run.cli('show', id).stdout;
  t.match(shown, /^ +8× +sql (?:.*\n {6})+?\S+ \(orders\.js:10:\d+\)$/m);
  t.notMatch(shown, 'db.js');
  const { spans } = JSON.parse(run.cli('show', id, '--json').stdout);
  t.same(new Set(spans.map((span: { site: string }) => span.site)), new Set(['orders.js:7', LOOP.site]));
  t.match(run.cli('show', id, '--tab', 'sql').stdout, /^ +8× .*SELECT \? AS item +orders\.js:10 +N\+1/m);

  const top = run.cli('top', '--by', 'site', '--json').stdout.trim().split('\n');
  t.match(
    top.map((line) => JSON.parse(line)).find(({ count }) => count === 8),
    LOOP,
  );
  const { calls } = JSON.parse(run.cli('diff', few.id, id, '--json').stdout);
  t.match(
    calls.find(({ verdict }: { verdict: string }) => verdict === 'new'),
    { ...LOOP, after: { count: 8 } },
  );
  await run.stop();

  const check = plainly(t, {
    folder,
    command: [process.execPath, PROGRAM, 'check', '--json', '--', 'node', 'app.js'],
    env: { PG: url, ONCE: '1', SCOOBY_DB: `${folder}/check.db` },
  });
  const { broken } = JSON.parse((await check.ended()).stdout);
  t.same(
    broken.map(({ rule, site: at }: { rule: string; site: string }) => [rule, at]),
    [
      ['finding', LOOP.site],
      ['maxQueries', LOOP.site],
    ],
  );
});

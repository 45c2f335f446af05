/** Values of a loop that were masked are asked for before it is tried, over a real app and database. */

import { test } from 'tap';
import { scooby } from '../../../scooby.js';
import { postgres } from '../../../servers/index.js';
import { needsChromium, openPage, shows } from '../../chromium.js';

const APP = `
const { Pool } = require('pg');
const pool = new Pool({ connectionString: process.env.PG });
async function load(order) {
  return pool.query('select id from items where order_id = $1 and api_key = $2', [order, 'the-key']);
}
require('node:http').createServer(async (req, res) => {
  if (req.url === '/setup')
    await pool.query(
      "create table items as select g as id, g % 9 as order_id, 'the-key'::text as api_key from generate_series(1, 90) g",
    );
  else for (let order = 0; order < 9; order++) await load(order);
  res.end('fine');
}).listen(0, '127.0.0.1');
`;

test('values that were masked are asked for', needsChromium, async (t) => {
  const run = scooby(t, {
    command: ['app.cjs'],
    files: { 'app.cjs': APP },
    env: { PG: (await postgres(t)).url },
  });
  await run.ask('/setup');
  await run.ask('/orders');
  const { id, spans } = await run.trace('/orders', ({ findings: [first] }) => first);
  t.notMatch(JSON.stringify(spans), 'the-key');
  const { page, troubles } = await openPage(t, run.cli('open', '--no-browser').stdout.trim());
  await page.waitForFunction(shows('/orders'));
  // A key counts as soon as there is something to press it for: in the task that drew it.
  await page.evaluate(`
    new MutationObserver((_, observer) => {
      if (!${shows('Try the fix')}) return;
      observer.disconnect();
      document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'T', bubbles: true, cancelable: true }));
    }).observe(document.body, { childList: true, subtree: true });
    location.hash = '#/r/${id}';
  `);
  await page.waitForFunction(shows('$2 was masked. Its value, the same in all calls'));
  await page.keyboard.type('the-key');
  await page.keyboard.press('Enter');
  await page.waitForFunction(shows('90 rows, measured on your database'));
  t.same(troubles, []);
});

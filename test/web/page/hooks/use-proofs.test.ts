/** Proofs in the page, over a real app and database: try, verify, variables, what if. */

import { test } from 'tap';
import { scooby } from '../../../scooby.js';
import { postgres } from '../../../servers/index.js';
import { needsChromium, openPage, shows } from '../../chromium.js';

const APP = `
const { Pool } = require('pg');
const pool = new Pool({ connectionString: process.env.PG });
async function load(order) {
  return pool.query('select id from items where order_id = $1', [order]);
}
require('node:http').createServer(async (req, res) => {
  if (req.url === '/setup')
    await pool.query("create table items as select g as id, g % 9 as order_id from generate_series(1, 90) g");
  else for (let order = 0; order < 9; order++) await load(order);
  res.end('fine');
}).listen(0, '127.0.0.1');
`;

test('a fix is tried, verified and looked at from afar', needsChromium, async (t) => {
  const run = scooby(t, {
    command: ['app.cjs'],
    files: { 'app.cjs': APP },
    env: { PG: (await postgres(t)).url },
  });
  await run.ask('/setup');
  await run.ask('/orders');
  const { id } = await run.trace('/orders', ({ findings: [first] }) => first);
  const { page, troubles } = await openPage(t, run.cli('open', '--no-browser', id).stdout.trim());
  await page.waitForFunction(shows('app.cjs:5'));

  await page.locator('::-p-text(Try the fix)').click();
  await page.waitForFunction(shows('90 rows, measured on your database'));
  await page.waitForFunction(shows('the same rows for each of 9 values'));
  await page.waitForFunction(shows('order_id = ANY($1::integer[])'));
  await page.keyboard.press('Escape');
  await page.waitForFunction(`!${shows('measured on your database')}`);
  t.match(page.url(), `/r/${id}`, 'the card is closed, and nothing else');

  await page.keyboard.press('V');
  await page.waitForFunction(shows('still there'));
  await page.waitForFunction(shows('queries 9 → 9'));

  await page.keyboard.press(']');
  await page.waitForFunction(shows('a database 0.5ms away this page takes'));
  await page.keyboard.press('[');
  await page.waitForFunction(`!${shows('away this page takes')}`);

  await page.keyboard.press('A');
  await page.waitForFunction(shows('watching GET /orders'));
  await page.locator('.page-header .chip').click();
  await page.waitForFunction(`!${shows('watching GET /orders')}`);

  await page.evaluate(`location.hash = '#/r/${id}/sql/4'`);
  await page.waitForFunction(shows('Variables'));
  await page.keyboard.press('L');
  await page.waitForFunction(`!location.hash.includes('${id}')`);
  await page.waitForFunction(
    `document.querySelector('.variables')?.textContent.includes('order4') ||
      [...document.querySelectorAll('.variables')].some((all) => /order\\s*4/.test(all.innerText))`,
  );
  t.same(troubles, []);
});

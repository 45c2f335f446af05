/** The page over the other stores: Redis, which hosts share, and the memory of a run that cannot write its file. */

import { test } from 'tap';
import { scooby } from '../../scooby.js';
import { redis } from '../../servers/index.js';
import { needsChromium, openPage, shows } from '../chromium.js';

const APP = `require('node:http').createServer((req, res) => {
  console.log('handled', req.url);
  res.end('hello');
}).listen(0, '127.0.0.1');`;

async function stores(): Promise<[name: string, env: NodeJS.ProcessEnv][]> {
  return [
    ['Redis', { SCOOBY_STORE: (await redis()).url }],
    // A folder cannot be made below a file.
    ['memory', { SCOOBY_DB: '/dev/null/scooby.db' }],
  ];
}

for (const n of [0, 1])
  test('lists, filters, opens and follows the requests of another store', needsChromium, async (t) => {
    const [name, env] = (await stores())[n]!;
    const files = { 'app.cjs': APP, 'package.json': `{"name": "page-${name.toLowerCase()}-${process.pid}"}` };
    const run = scooby(t, { command: ['app.cjs'], files, env });
    for (const path of ['/one', '/two', '/other']) await run.ask(path);
    await run.lines(3);
    const { page, troubles } = await openPage(t, run.cli('open', '--no-browser').stdout.trim());
    await page.waitForFunction(`${shows('/one')} && ${shows('/other')}`);
    await page.evaluate(`location.hash = '#/?q=path:/o !other'`);
    await page.waitForFunction(`${shows('/one')} && !${shows('/other')} && !${shows('/two')}`);
    await page.evaluate(`location.hash = '#/routes'`);
    await page.waitForFunction(shows('/two'));
    await page.evaluate(`location.hash = '#/'`);
    await run.ask('/three');
    await page.waitForFunction(shows('/three'));
    await page.locator('::-p-text(/one)').click();
    await page.waitForFunction(`location.hash.startsWith('#/r/')`);
    await page.evaluate(`location.hash += '/logs'`);
    await page.waitForFunction(shows('handled'));
    t.same(troubles, [], name);
  });

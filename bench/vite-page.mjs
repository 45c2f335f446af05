/**
 * A page of a Vite dev server with 1,000 modules in Chromium, straight from the server, through `scooby run`, and through
 * the least that Node can forward with: ms until its last module has run, first with an empty cache and then reloaded.
 * `npm run build && node bench/vite-page.mjs`.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import puppeteer from 'puppeteer-core';
import { find } from '../dist/test/programs.js';
import { createForwarder } from './forwarder.mjs';

const MODULES = Number(process.env.MODULES ?? 1000);
const ROUNDS = Number(process.env.ROUNDS ?? 11);
const SCOOBY = fileURLToPath(new URL('../dist/scooby.js', import.meta.url));

/** A tree of modules, each of which imports up to ten, as those of a real page do. */
function writePage(folder) {
  mkdirSync(join(folder, 'src'));
  for (let n = 0; n < MODULES; n++) {
    const children = Array.from({ length: 10 }, (_, i) => n * 10 + i + 1).filter((child) => child < MODULES);
    const imports = children.map((child) => `import { all as all${child} } from './m${child}.js';`);
    const sum = ['1', ...children.map((child) => `all${child}`)].join(' + ');
    const body = Array.from(
      { length: 30 },
      (_, i) => `export const text${i} = () => 'line ${i} of module ${n}';`,
    );
    writeFileSync(
      join(folder, `src/m${n}.js`),
      [...imports, ...body, `export const all = ${sum};`, ''].join('\n'),
    );
  }
  const main = `import { all } from '/src/m0.js';\nwindow.loaded = { all, at: performance.now() };`;
  writeFileSync(join(folder, 'src/main.js'), main);
  writeFileSync(
    join(folder, 'index.html'),
    '<!doctype html><title>modules</title><script type="module" src="/src/main.js"></script>',
  );
  const vite = createRequire(new URL('../test/fixtures/package.json', import.meta.url)).resolve('vite');
  writeFileSync(
    join(folder, 'server.mjs'),
    `import { createServer } from ${JSON.stringify(pathToFileURL(vite).href)};
const vite = await createServer({ root: ${JSON.stringify(folder)}, configFile: false, logLevel: 'error', server: { host: '127.0.0.1', port: 0 } });
await vite.listen();
console.log('serves ' + vite.httpServer.address().port);\n`,
  );
}

/** Forwards from a port of its own, and does nothing else. */
function forward(port) {
  const server = createForwarder(port);
  server.listen(0, '127.0.0.1', () => console.log(`serves ${server.address().port}`));
}

/** Starts a server; resolves with its URL once it has said it. */
async function start(folder, args, said) {
  const child = spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  const url = await new Promise((resolve, reject) => {
    const read = (chunk) => {
      text += chunk;
      const found = said.exec(text);
      if (found) resolve(`http://127.0.0.1:${found[1]}/`);
    };
    child.stdout.setEncoding('utf8').on('data', read);
    child.stderr.setEncoding('utf8').on('data', read);
    child.on('exit', () => reject(new Error(text)));
  });
  return { url, stop: () => once(child, 'exit', child.kill('SIGTERM')) };
}

async function loaded(page) {
  await page.waitForFunction('window.loaded !== undefined', { timeout: 120_000 });
  const { all, at } = await page.evaluate('window.loaded');
  if (all !== MODULES) throw new Error(`${all} of ${MODULES} modules have run`);
  return at;
}

/** ms of a first load and of a reload, as a visitor of its own. */
async function visit(browser, url) {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  await page.goto(url);
  const first = await loaded(page);
  await page.reload();
  const again = await loaded(page);
  await context.close();
  return { first, again };
}

const median = (all) => all.toSorted((a, b) => a - b)[all.length >> 1];

if (process.argv[2] === 'forward') forward(Number(process.argv[3]));
else await main();

async function main() {
  const folder = mkdtempSync(join(tmpdir(), 'scooby-bench-'));
  writePage(folder);
  const direct = await start(folder, ['server.mjs'], /serves (\d+)/);
  const run = [
    SCOOBY,
    'run',
    ...(process.env.OPTIONS?.split(' ') ?? []),
    '--port',
    '0',
    '--db',
    join(folder, 'scooby.db'),
    '--',
    'node',
    'server.mjs',
  ];
  const proxied = await start(folder, run, /http:\/\/localhost:(\d+)/);
  const bare = await start(
    folder,
    [fileURLToPath(import.meta.url), 'forward', new URL(direct.url).port],
    /serves (\d+)/,
  );
  const browser = await puppeteer.launch({
    executablePath: find('chromium'),
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
  });
  const ways = { direct, bare, proxied };
  const runs = { direct: [], bare: [], proxied: [] };
  // Vite's own first answer to each module is its compilation.
  for (const { url } of Object.values(ways)) await visit(browser, url);
  for (let round = 0; round < ROUNDS; round++)
    for (const [way, { url }] of Object.entries(ways)) runs[way].push(await visit(browser, url));
  await browser.close();
  await Promise.all(Object.values(ways).map(({ stop }) => stop()));
  rmSync(folder, { recursive: true, force: true });
  for (const part of ['first', 'again']) {
    const ms = Object.keys(ways).map((way) => median(runs[way].map((each) => each[part])));
    const ratios = ms.map((each) => (each / ms[0]).toFixed(2));
    console.log(
      `${part === 'first' ? 'first load' : 'reload'}: ${ms[0].toFixed(0)} ms; through a bare forwarder ${ratios[1]} ×, through scooby ${ratios[2]} ×`,
    );
  }
}

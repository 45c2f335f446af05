/**
 * Speed of the page in a real browser: prints what gates.md asks of it, over a store that bench/fill.mjs
 * has filled. Usage: node bench/page.mjs <database> [ms of live updates]
 */

import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { launch } from 'puppeteer-core';
import { LiveFeed } from '../dist/src/feed/live-feed.js';
import { StoreFeed } from '../dist/src/feed/store-feed.js';
import { openReader, openStore } from '../dist/src/store/open.js';
import { readPageFiles } from '../dist/src/web/server/page-files.js';
import { pageLink } from '../dist/src/web/server/page-link.js';
import { pageSecrets } from '../dist/src/web/server/page-secrets.js';
import { createPageServer } from '../dist/src/web/server/page-server.js';
import { find } from '../dist/test/programs.js';
import { traceAt } from '../dist/test/tui/fake.js';

const [db, liveMs = '60000'] = process.argv.slice(2);
const VISITS = 7;
const UPDATES_PER_SECOND = 50;
const MB = 1024 * 1024;

const reader = await openReader({ db, cwd: '/' }, console.error);
const options = {
  feed: new LiveFeed(new StoreFeed(reader, db), db),
  files: readPageFiles(new URL('../dist/page', import.meta.url).pathname),
  port: 0,
  secrets: pageSecrets(),
};
const { server, close } = createPageServer(options);
await once(server.listen(0, '127.0.0.1'), 'listening');
options.port = server.address().port;

const browser = await launch({
  executablePath: find('chromium'),
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
});
const page = await browser.newPage();
await page.setViewport({ width: 1280, height: 800 });
const ROWS = 'document.querySelectorAll("[role=row], [role=option]").length > 10';

await page.evaluateOnNewDocument(`new MutationObserver((_, observer) => {
  if (!(${ROWS})) return;
  observer.disconnect();
  requestAnimationFrame(() => setTimeout(() => { window.usefulPaint = performance.now(); }));
}).observe(document, { childList: true, subtree: true });`);
const cdp = await page.createCDPSession();
await cdp.send('Performance.enable', { timeDomain: 'threadTicks' });
const browserCdp = await browser.target().createCDPSession();
/** ms of CPU that Chromium's processes have taken, by kind. */
async function chromiumCpu() {
  const { processInfo } = await browserCdp.send('SystemInfo.getProcessInfo');
  const of = (kind) =>
    processInfo
      .filter(({ type }) => kind === undefined || type === kind)
      .reduce((sum, { cpuTime }) => sum + cpuTime, 0) * 1000;
  return { all: of(), renderer: of('renderer') };
}

/**
 * From the navigation until the frame with rows is painted: ms, ms of CPU of Chromium and of the server (this
 * process, with the driver of the browser), and the requests that were sent until then.
 */
async function visit(hash) {
  // A page of the same origin, which stays in the same process.
  await page.goto(`http://127.0.0.1:${options.port}/icon.svg`);
  const before = await chromiumCpu();
  const server = process.cpuUsage();
  await page.goto(`http://127.0.0.1:${options.port}/${hash}`, { waitUntil: 'domcontentloaded' });
  await page.waitForFunction('window.usefulPaint !== undefined');
  const after = await chromiumCpu();
  const { metrics } = await cdp.send('Performance.getMetrics');
  const spent = Object.fromEntries(metrics.map(({ name, value }) => [name, value * 1000]));
  const { user, system } = process.cpuUsage(server);
  const ms = await page.evaluate('window.usefulPaint');
  const paints =
    await page.evaluate(`performance.getEntriesByType('resource').map(({ name, startTime, responseEnd }) =>
    [name.replace(/.*\\//, ''), Math.round(startTime), Math.round(responseEnd)])`);
  return {
    ...{ ms, cpu: after.all - before.all, renderer: after.renderer - before.renderer },
    ...{
      task: spent.TaskDuration,
      script: spent.ScriptDuration,
      layout: spent.LayoutDuration + spent.RecalcStyleDuration,
    },
    ...{ server: (user + system) / 1000, paints: paints.filter(([, start]) => start <= ms) },
  };
}

function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

await page.goto(`${pageLink(options.port, options.secrets.token)}`);
await page.waitForFunction(ROWS);
const visits = [];
for (let i = 0; i < VISITS; i++) visits.push(await visit(''));
const times = visits.map(({ ms }) => ms);
console.log(`first useful paint: ${Math.round(median(times))} ms (${times.map(Math.round).join(', ')})`);
for (const of of ['cpu', 'renderer', 'task', 'script', 'layout', 'server'])
  console.log(`  ${of}: ${Math.round(median(visits.map((visit) => visit[of])))} ms of CPU`);
console.log(
  `  its requests, ms from and to: ${visits
    .at(-1)
    .paints.map((paint) => paint.join(' '))
    .join(', ')}`,
);

const taskMs = async () => {
  const { metrics } = await cdp.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'TaskDuration').value * 1000;
};
const tasksBefore = await taskMs();
const frames = await page.evaluate(async () => {
  let longTasks = 0;
  const observer = new PerformanceObserver((list) => {
    longTasks += list.getEntries().length;
  });
  observer.observe({ type: 'longtask' });
  const lists = [...document.querySelectorAll('*')].filter(
    (element) =>
      element.scrollHeight > element.clientHeight * 4 && getComputedStyle(element).overflowY !== 'visible',
  );
  const list = lists.sort((a, b) => b.scrollHeight - a.scrollHeight)[0];
  if (list === undefined) return undefined;
  const times = [];
  let last = performance.now();
  for (let i = 0; i < 180; i++) {
    list.scrollBy(0, 400);
    await new Promise(requestAnimationFrame);
    const now = performance.now();
    times.push(now - last);
    last = now;
  }
  return { times, at: list.scrollTop, longTasks };
});
if (frames === undefined) console.log('scrolling: no list was found');
else {
  const { times, at, longTasks } = frames;
  const spent = ((await taskMs()) - tasksBefore) / times.length;
  const sorted = times.sort((a, b) => a - b);
  const share = (of) => sorted[Math.floor(sorted.length * of)].toFixed(1);
  console.log(
    `scrolling: ${share(0.5)} ms a frame, p95 ${share(0.95)}, longest ${share(0.999)}; ${at} px down`,
  );
  console.log(
    `  ${spent.toFixed(1)} ms of the main thread's CPU a frame, of 16.7; ${longTasks} of ${times.length} frames had a task of 50 ms`,
  );
}

const session = await page.createCDPSession();
async function heap() {
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  return usedSize / MB;
}
await page.goto(`http://127.0.0.1:${options.port}/`);
await page.waitForFunction(ROWS);
const before = await heap();
const store = await openStore({ db, cwd: '/', ttl: 1e12, maxSize: 1e12 }, console.error);
const end = performance.now() + Number(liveMs);
let saved = 0;
const cpuBefore = process.cpuUsage();
while (performance.now() < end) {
  const now = Date.now();
  store.saveAll(
    Array.from({ length: UPDATES_PER_SECOND / 10 }, (_, i) => {
      const id = `b0000000-0000-4000-8000-${String(saved + i).padStart(12, '0')}`;
      return { ...traceAt(i), id, start: now + i / 10 };
    }),
  );
  saved += UPDATES_PER_SECOND / 10;
  await new Promise((resolve) => setTimeout(resolve, 100));
}
const { user, system } = process.cpuUsage(cpuBefore);
console.log(
  `live: ${saved} requests in ${liveMs} ms; heap ${before.toFixed(1)} → ${(await heap()).toFixed(1)} MB`,
);
console.log(
  `server and writer meanwhile: ${(((user + system) / 1000 / Number(liveMs)) * 100).toFixed(1)} % of a CPU`,
);
store.close();
await browser.close();
close();
process.exit();

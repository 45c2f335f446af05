/** The panel in a DevTools window of Chromium, over a real app under scooby. */

import { join } from 'node:path';
import type { Browser, CDPSession, Target } from 'puppeteer-core';
import { type Test, test } from 'tap';
import { ROOT, scooby } from '../../scooby.js';
import { launchChromium, needsChromium } from '../chromium.js';

const EXTENSION = join(ROOT, 'dist/extension');
const HOSTILE = '<img src=x onerror=alert(1)>';

const APP = `
import http from 'node:http';
const hostile = ${JSON.stringify(HOSTILE)};
const script = [
  'async function loadUser() {',
  '  await fetch("/api/user");',
  '}',
  'loadUser(); loadUser();',
  'function loadHostile() {',
  '  fetch("/api/hostile?q=" + ' + JSON.stringify(hostile) + ');',
  '}',
  'loadHostile();',
].join('\\n');
http.createServer(function handle(req, res) {
  if (req.url === '/') return res.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>app</title><link rel=icon href=data:,><body><script src="/App.js"></script>');
  if (req.url === '/App.js') return res.writeHead(200, { 'content-type': 'text/javascript' }).end(script);
  if (req.url.includes('hostile')) console.log(hostile);
  res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ profile: req.headers['x-scooby-profile'] ?? null }));
}).listen(0);
`;

/** A target that the condition holds for, once there is one. */
function targetOf(browser: Browser, condition: (url: string) => boolean): Promise<Target> {
  return browser.waitForTarget((target) => condition(target.url()), { timeout: 240_000 });
}

/** Evaluates an expression, once it is neither false nor an error. */
async function evaluated<T>(session: CDPSession, expression: string): Promise<T> {
  for (;;) {
    const { result, exceptionDetails } = await session.send('Runtime.evaluate', {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails === undefined && result.value) return result.value as T;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The panel of the first tab's tools, which is shown. */
async function openedPanel(t: Test, url: string) {
  const browser = await launchChromium(t, {
    ignoreDefaultArgs: ['--disable-extensions'],
    args: [
      `--disable-extensions-except=${EXTENSION}`,
      `--load-extension=${EXTENSION}`,
      '--auto-open-devtools-for-tabs',
    ],
  });
  const [page] = await browser.pages();
  const tools = await (await targetOf(browser, (each) => each.startsWith('devtools://'))).createCDPSession();
  await evaluated(
    tools,
    `(async () => {
      const { ViewManager } = await import('./ui/legacy/legacy.js');
      const manager = ViewManager.ViewManager.instance();
      const name = [...manager.views.keys()].find((key) => key.endsWith('Scooby'));
      if (name !== undefined) await manager.showView(name);
      return name !== undefined;
    })()`,
  );
  const target = await targetOf(browser, (each) => /^chrome-extension:.*panel\.html$/.test(each));
  const panel = await target.createCDPSession();
  await evaluated(panel, "document.querySelector('#empty') !== null");
  await page!.goto(url);
  return { browser, page: page!, panel };
}

const ROWS = `[...document.querySelectorAll('#rows tr')].map((row) => [...row.cells].map((cell) => cell.textContent).join(' | ').replace(/[\\d.]+ ms/, 'N ms'))`;

test(
  'the requests of a tab as they happen, who asked, duplicates, details, and a profile',
  needsChromium,
  async (t) => {
    const run = scooby(t, { files: { 'app.mjs': APP }, command: ['app.mjs'], options: ['--include', '*'] });
    const url = await run.url();
    const { page, panel } = await openedPanel(t, `${url}/`);
    const rows = await evaluated<string[]>(
      panel,
      `(${ROWS}).length === 5 && (${ROWS}).filter((row) => / ms /.test(row)).length === 5 && ${ROWS}`,
    );
    const path = `/api/hostile?q=${encodeURI(HOSTILE)}`;
    t.same(rows.toSorted(), [
      'GET | / | 200 | N ms | 0 |  | ',
      'GET | /App.js | 200 | N ms | 0 |  | /:1',
      `GET | ${path} | 200 | N ms | 0 |  | App.js:6`,
      ...Array(2).fill('GET | /api/user | 200 | N ms | 0 |  | App.js:2'),
    ]);
    t.same(
      await evaluated(
        panel,
        "[...document.querySelectorAll('#duplicates li')].map((item) => item.textContent)",
      ),
      ['GET /api/user was fetched twice by this page: App.js:2 (twice)'],
    );

    await evaluated(
      panel,
      `[...document.querySelectorAll('#rows button')].find((each) => each.textContent.includes('hostile')).click() ?? true`,
    );
    const details = "document.querySelector('#details').contentDocument";
    const tabs = await evaluated<string>(panel, `${details}.querySelector('[role=tablist]')?.textContent`);
    t.match(tabs, /Overview/);
    t.equal(await evaluated(panel, `${details}.querySelectorAll('img').length === 0`), true);
    await evaluated(
      panel,
      `${details}.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true })) || true`,
    );

    await evaluated(
      panel,
      "document.querySelector('#cpu').checked || document.querySelector('#cpu').click() || true",
    );
    await evaluated(
      panel,
      'chrome.declarativeNetRequest.getSessionRules().then((rules) => rules.length === 1)',
    );
    await page.evaluate("fetch('/api/profiled')");
    const { profiles } = await run.trace('/api/profiled', (trace) => trace.profiles !== undefined);
    t.ok(profiles?.cpu);
    await evaluated(panel, "document.querySelector('#cpu').click() ?? true");
    await evaluated(
      panel,
      'chrome.declarativeNetRequest.getSessionRules().then((rules) => rules.length === 0)',
    );
    await evaluated(panel, "document.querySelector('#clear').click() ?? true");
    t.equal(await evaluated(panel, "document.querySelector('#count').textContent === '0 requests'"), true);
  },
);

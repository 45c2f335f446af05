/** The page's server against other sites in a real browser, which has the session's cookie and sends it. */

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'tap';
import { traceAt } from '../../tui/fake.js';
import { launchChromium, needsChromium } from '../chromium.js';
import { servePage } from '../served-page.js';

/** What a site tries: the text of each attempt that was refused, or what it got. */
async function attack(target: string): Promise<Record<string, string>> {
  const attempt = async (work: () => Promise<string>) =>
    work().catch((error: Error) => `refused: ${error.name}`);
  const post = (init: RequestInit) =>
    fetch(`${target}api/feed/page`, {
      ...{ method: 'POST', credentials: 'include', body: '[{"query":[]},{"by":"time","reverse":false},0,9]' },
      ...init,
    });
  const element = (tag: 'script' | 'img' | 'iframe', src: string) =>
    new Promise<string>((resolve, reject) => {
      const made = document.createElement(tag);
      made.onload = () => resolve('loaded');
      made.onerror = () => reject(new TypeError());
      made.src = src;
      document.body.append(made);
    });
  return {
    json: await attempt(async () => (await post({ headers: { 'Content-Type': 'application/json' } })).text()),
    plain: await attempt(async () => (await post({ headers: { 'Content-Type': 'text/plain' } })).text()),
    opaque: await attempt(async () => `${(await post({ mode: 'no-cors' })).status}`),
    events: await attempt(async () => (await fetch(`${target}events`, { credentials: 'include' })).text()),
    document: await attempt(async () => (await fetch(target, { credentials: 'include' })).text()),
    script: await attempt(() => element('script', `${target}page.js`)),
    picture: await attempt(() => element('img', `${target}icon.svg`)),
    frame: await attempt(async () => {
      await element('iframe', target);
      return window.frames[0]!.document.title;
    }),
  };
}

const REFUSED = 'refused: TypeError';

test(
  'attacker: a site beside the page, by any name, in the browser that has opened it',
  needsChromium,
  async (t) => {
    const served = await servePage(t, [traceAt(1)]);
    const site = createServer((_, res) => {
      res.setHeader('Content-Type', 'text/html');
      res.end('<!doctype html><title>site</title><body>');
    });
    await once(site.listen(0, '127.0.0.1'), 'listening');
    t.teardown(() => site.close());
    const { port } = site.address() as AddressInfo;
    const browser = await launchChromium(t, { args: ['--host-resolver-rules=MAP *.test 127.0.0.1'] });
    const page = await browser.newPage();
    page.setDefaultTimeout(60_000);
    await page.goto(served.link());
    await page.waitForFunction("document.body.innerText.includes('/api/orders')");
    for (const host of ['127.0.0.1', 'localhost', 'evil.test']) {
      await page.goto(`http://${host}:${port}/`);
      const got = await page.evaluate(attack, served.url);
      const { frame, opaque, ...others } = got;
      t.same(
        others,
        {
          json: REFUSED,
          plain: REFUSED,
          events: REFUSED,
          document: REFUSED,
          script: REFUSED,
          picture: REFUSED,
        },
        host,
      );
      // The status of such an answer is not told, nor anything else of it.
      t.ok(opaque === '0' || opaque === REFUSED, `${host} ${opaque}`);
      t.equal(frame, 'refused: SecurityError', `${host} frames it`);
      // Chromium shows an error in its place; the test hears of that a moment later.
      await page.waitForFrame((each) => each.url() === 'chrome-error://chromewebdata/');
      t.notOk(
        page.frames().some((each) => each.url().startsWith(served.url)),
        `${host} sees nothing in the frame`,
      );
    }
    // Rebinding: a name of theirs that leads to the page itself.
    const rebound = await page.goto(served.url.replace('127.0.0.1', 'evil.test'));
    t.equal(rebound?.status(), 403);
    t.notMatch(await rebound?.text(), '<div id="root">');
  },
);

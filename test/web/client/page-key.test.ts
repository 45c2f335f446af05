/** How a browser gets in: by the link, once; then by its own, in each tab, until the run ends. */

import { test } from 'tap';
import { HOW_TO_OPEN } from '../../../src/web/server/page-access.js';
import { aTrace } from '../../factory.js';
import { needsChromium, openPage, shows } from '../chromium.js';
import { servePage } from '../served-page.js';

const REQUESTS = [aTrace({ url: '/first-request' })];

test('the link opens the page, and nothing of it stays in the URL', needsChromium, async (t) => {
  const served = await servePage(t, REQUESTS);
  const { page, troubles, requests } = await openPage(t, served.link());
  await page.waitForFunction(shows('/first-request'));
  t.equal(page.url().replace(/#.*/, ''), served.url);
  t.notMatch(page.url(), /key|token/);
  t.same(troubles, []);
  t.same(
    requests.filter((request) => !request.slice(request.indexOf(' ') + 1).startsWith(served.url)),
    [],
    'it asks nothing of anybody else',
  );
  t.notMatch(await page.evaluate('document.cookie'), /scooby/, 'scripts do not see the cookie');
  const tab = await page.browserContext().newPage();
  await tab.goto(served.url);
  await tab.waitForFunction(shows('/first-request'));
  await page.reload();
  await page.waitForFunction(shows('/first-request'));
});

test('who has no link learns how to get one', needsChromium, async (t) => {
  const served = await servePage(t, REQUESTS);
  const { page } = await openPage(t, served.url);
  await page.waitForFunction(shows(HOW_TO_OPEN));
  t.notOk(await page.evaluate(shows('/first-request')));
});

test('a page of another site reaches neither data nor page', needsChromium, async (t) => {
  const served = await servePage(t, REQUESTS);
  const { page } = await openPage(t, served.link());
  await page.waitForFunction(shows('/first-request'));
  // The same browser, so that it has both halves; another port is another origin of the same site.
  const other = await servePage(t, []);
  const foreign = await page.browserContext().newPage();
  await foreign.setBypassCSP(true);
  await foreign.goto(other.url);
  const outcome = await foreign.evaluate(async (url) => {
    const init = { method: 'POST', credentials: 'include', body: '[]' } as const;
    const read = await fetch(`${url}api/feed/stats`, init).then(
      (answer) => answer.text(),
      () => 'refused',
    );
    const frame = document.createElement('iframe');
    frame.src = url;
    document.body.append(frame);
    await new Promise((resolve) => frame.addEventListener('load', resolve));
    return [read, frame.contentDocument === null ? 'refused' : frame.contentDocument.body?.innerText];
  }, served.url);
  t.same(outcome, ['refused', 'refused']);
});

test('a link of another site cannot lock the page up with a key of its own', needsChromium, async (t) => {
  const served = await servePage(t, REQUESTS);
  const { page } = await openPage(t, served.link());
  await page.waitForFunction(shows('/first-request'));
  const tab = await page.browserContext().newPage();
  await tab.goto(`${served.url}#key=of-somebody-else&at=%2Froutes`);
  await tab.waitForFunction("document.querySelector('.cell-share') !== null");
  t.equal(await tab.evaluate('location.hash'), '#/routes');
  await page.reload();
  await page.waitForFunction(shows('/first-request'));
});

/** The page in a real browser: each view, by mouse and keyboard, live, read by axe-core, over hostile requests. */

import type { Page } from 'puppeteer-core';
import { test } from 'tap';
import type { Trace } from '../../../src/domain/trace.js';
import { aSpan, aTrace } from '../../factory.js';
import { aProfile } from '../../profile.js';
import { ORDERS_SOURCE, traceAt } from '../../tui/fake.js';
import { accessibilityViolations, needsChromium, openPage, setLook, shows, WIDTHS } from '../chromium.js';
import { matchPicture } from '../pictures.js';
import { type ServedPage, servePage } from '../served-page.js';

/** Requests of the shop, the newest moments ago; the second has an N+1 in orders.js:15. */
function shop(count: number): Trace[] {
  const now = Date.now();
  return Array.from({ length: count }, (_, n) => ({ ...traceAt(n), start: now - n * 1000 })).reverse();
}

/** The same with their source, by which lines of code are shown. */
function saveShop({ store }: ServedPage, count: number): void {
  const hash = store.saveSource({ file: 'src/orders.js', text: ORDERS_SOURCE });
  store.saveAll(shop(count).map((trace) => ({ ...trace, sources: { 'src/orders.js': hash } })));
}

const LOOP = traceAt(1);
/** Rules whose outcome is another on a narrow screen. */
const OF_WIDTH = ['color-contrast', 'scrollable-region-focusable', 'aria-hidden-focus', 'link-name'];
const waitFor = (page: Page, text: string) => page.waitForFunction(shows(text));
/** Clicks the innermost element that shows a text. */
const click = (page: Page, text: string) => page.locator(`::-p-text(${text})`).click();

const cpu = aProfile([
  { stack: ['own list src/a.js:1', 'own hydrate src/b.js:5'], weight: 30 },
  { stack: ['own list src/a.js:1', 'gc'], weight: 10 },
]);
/** A request that failed, with a profile of it. */
const FAILED: Trace = {
  ...traceAt(1),
  ...{ id: '00000000-0000-4000-8000-0000000000cc', start: Date.now(), status: 500, profiles: { cpu } },
  errors: [{ name: 'TypeError', message: 'rows is undefined', stack: [], at: 5, by: 'express' }],
};

const PLACES: [hash: string, text: string][] = [
  ['', '/api/users/0'],
  ['#/routes', '/checkout/confirm'],
  [`#/r/${LOOP.id}`, 'orders.js:15'],
  [`#/r/${LOOP.id}/sql`, 'SELECT'],
  [`#/r/${LOOP.id}/sql/3`, 'SELECT'],
  [`#/r/${LOOP.id}/cache`, 'GET'],
  [`#/r/${LOOP.id}/waterfall`, 'SELECT'],
  [`#/r/${LOOP.id}/headers`, 'host'],
  [`#/r/${LOOP.id}/logs`, 'orders'],
  [`#/r/${LOOP.id}/tree`, 'led to no other'],
  [`#/r/${FAILED.id}/errors`, 'rows is undefined'],
  [`#/r/${FAILED.id}/cpu`, 'hydrate()'],
  [`#/diff/${traceAt(0).id}/${LOOP.id}`, '/api/orders'],
];

test(
  'each view opens by its address, and axe-core finds nothing in it, light and dark',
  needsChromium,
  async (t) => {
    const served = await servePage(t, [...shop(40), FAILED]);
    const { page, troubles, requests } = await openPage(t, served.link());
    await waitFor(page, '/api/users/0');
    for (const scheme of ['light', 'dark'] as const) {
      await setLook(page, { scheme });
      for (const [hash, text] of PLACES) {
        await page.goto(`${served.url}${hash}`);
        await waitFor(page, text);
        // What else there is of rules does not depend on colours.
        const rules = scheme === 'dark' ? ['color-contrast'] : undefined;
        t.same(await accessibilityViolations(page, rules), [], `${scheme} ${hash}`);
      }
    }
    await setLook(page, { width: 390 });
    for (const [hash, text] of PLACES) {
      await page.goto(`${served.url}${hash}`);
      await waitFor(page, text);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      t.ok(overflow <= 0, `nothing is wider than a phone: ${hash} by ${overflow}`);
      t.same(await accessibilityViolations(page, OF_WIDTH), [], `on a phone ${hash}`);
    }
    t.same(troubles, []);
    t.same(
      requests.filter((request) => !request.includes(served.url)),
      [],
      'nothing is asked of anybody else',
    );
  },
);

test('from the slow page to the line of its N+1 in two clicks', needsChromium, async (t) => {
  const served = await servePage(t);
  saveShop(served, 20);
  const { page } = await openPage(t, served.link());
  await click(page, 'N+1');
  await waitFor(page, '/api/orders');
  await click(page, '/api/orders');
  await waitFor(page, 'orders.js:15');
  await waitFor(page, 'const items = await db.query(ITEMS, [order.id]);');
});

test('filter, keys and the back button', needsChromium, async (t) => {
  const served = await servePage(t, shop(40));
  const { page, troubles } = await openPage(t, served.link());
  await waitFor(page, '/api/users/0');
  await page.keyboard.press('/');
  await page.keyboard.type('status>=');
  await waitFor(page, 'wants a value');
  await page.keyboard.type('500');
  await page.keyboard.press('Enter');
  await page.waitForFunction(`!${shows('/api/users/0')} && ${shows('/checkout/confirm')}`);
  t.match(decodeURIComponent(page.url()), /status>=500/, 'the filter is in the address');
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await page.waitForFunction(`location.hash.startsWith('#/r/')`);
  await page.goBack();
  await page.waitForFunction(`!location.hash.startsWith('#/r/') && ${shows('/checkout/confirm')}`);
  t.match(decodeURIComponent(page.url()), /status>=500/);
  await page.keyboard.press('?');
  await waitFor(page, 'next row');
  t.same(troubles, []);
});

test('requests appear as they happen, and the end of the run is said', needsChromium, async (t) => {
  const served = await servePage(t, shop(5));
  const { page } = await openPage(t, served.link());
  await waitFor(page, '/api/users/0');
  served.store.saveAll([
    aTrace({ id: '00000000-0000-4000-8000-0000000000aa', url: '/just-now', start: Date.now() }),
  ]);
  await waitFor(page, '/just-now');
  served.close();
  await waitFor(page, 'ended');
  t.ok(await page.evaluate(shows('/just-now')), 'what is loaded stays');
});

const HTML = `<img src=x onerror="window.hit=1"><script>window.hit=1</script>`;
const HOSTILE = [
  aTrace({
    ...{
      id: '00000000-0000-4000-8000-0000000000bb',
      method: '<b>GET',
      url: `/${HTML}?q="onload=hit()`,
      start: Date.now(),
    },
    ...{ status: 500, duration: 12 },
    route: `/${HTML}`,
    headers: {
      request: [
        ['Referer', 'javascript:window.hit=1'],
        ['X', HTML],
      ],
      response: [['Location', 'javascript:hit()']],
    },
    spans: [
      aSpan({
        name: `SELECT '${HTML}' /* ‮evil */`,
        detail: { values: [HTML, 'javascript:window.hit=1', '\u0000\u001b[31m'] },
      }),
      aSpan({ kind: 'log', name: HTML }),
      aSpan({ kind: 'http', name: 'GET javascript:window.hit=1' }),
      aSpan({ kind: HTML, name: HTML }),
    ],
    findings: [
      {
        id: 'a',
        kind: 'n+1',
        severity: 'high',
        message: HTML,
        suggestion: HTML,
        spans: [0],
        ms: 1,
        confidence: 1,
        reasons: [HTML],
      },
    ],
  } as Partial<Trace>),
];

test('what was recorded is shown as text, whatever it is', needsChromium, async (t) => {
  const served = await servePage(t, HOSTILE);
  const { page, troubles, requests } = await openPage(t, served.link());
  await waitFor(page, 'onerror');
  const { id } = HOSTILE[0]!;
  for (const tab of [
    '',
    '/overview',
    '/sql',
    '/sql/0',
    '/logs',
    '/http',
    '/headers',
    '/waterfall',
    '/errors',
    '/tree',
  ]) {
    await page.goto(`${served.url}#/r/${id}${tab}`);
    await waitFor(page, 'onerror');
    const found = await page.evaluate(() => [
      'hit' in window,
      document.querySelectorAll('img, iframe, object, embed, b, script:not([src])').length,
      [...document.querySelectorAll('a')].filter(({ href }) => /^(?!https?:|$)/i.test(href)).length,
      document.querySelectorAll('[onerror], [onload]').length,
    ]);
    t.same(found, [false, 0, 0, 0], tab);
  }
  await page.goto(`${served.url}#/r/%3Cimg src=x onerror=hit()%3E/${encodeURIComponent(HTML)}`);
  await page.goto(`${served.url}#/?q=${encodeURIComponent(HTML)}`);
  t.same(troubles, []);
  t.same(
    requests.filter((request) => !request.includes(served.url)),
    [],
  );
});

test('it looks as it did', needsChromium, async (t) => {
  const served = await servePage(t, shop(60));
  const { page } = await openPage(t, served.link());
  for (const width of WIDTHS) {
    await setLook(page, { width, scheme: 'light' });
    await page.goto(served.url);
    await waitFor(page, '/api/users/0');
    await page.goto(`${served.url}#/r/${LOOP.id}`);
    await waitFor(page, 'orders.js:15');
    await matchPicture(t, page, `request-${width}`);
  }
  await setLook(page, { width: 1280, scheme: 'dark' });
  await page.goto(`${served.url}#/r/${LOOP.id}/sql`);
  await waitFor(page, 'SELECT');
  await matchPicture(t, page, 'sql-dark-1280');
});

test('colours are the system’s, or those that are chosen', needsChromium, async (t) => {
  const served = await servePage(t, shop(3));
  const { page } = await openPage(t, served.link());
  await waitFor(page, '/api/users/0');
  const [light, dark] = ['rgb(246, 247, 249)', 'rgb(15, 19, 24)'];
  const isShown = (colour: string) =>
    page.waitForFunction(`getComputedStyle(document.body).backgroundColor === ${JSON.stringify(colour)}`);
  await setLook(page, { scheme: 'dark' });
  await isShown(dark);
  await page.keyboard.press('c');
  await isShown(light);
  await page.keyboard.press('c');
  await setLook(page, { scheme: 'light' });
  await isShown(dark);
  await page.reload();
  await isShown(dark);
  await page.keyboard.press('c');
  await isShown(light);
  t.equal(await page.evaluate('document.documentElement.style.colorScheme'), '', 'the system decides again');
});

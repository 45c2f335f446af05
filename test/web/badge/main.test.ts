/** The badge in a real page: under strict policies, with fetches that follow, by keyboard, and in no page's way. */

import type { Page } from 'puppeteer-core';
import { type Test, test } from 'tap';
import { scooby } from '../../scooby.js';
import { accessibilityViolations, needsChromium, openPage } from '../chromium.js';

const APP = `
import http from 'node:http';
const html = (body, policy) => [{
  'content-type': 'text/html; charset=utf-8',
  ...(policy && { 'content-security-policy': policy }),
}, '<!doctype html><html lang=en><head><title>app</title></head><body><main><h1>shop</h1>' + body + '</main></body></html>'];
const page = '<script nonce="abc">window.done = (async () => { for (const n of [1, 2]) await fetch("/api/" + n); })()</script>';
const answers = {
  '/': () => html('<p style="position:fixed;right:0;bottom:0">corner</p>'),
  '/strict': () => html(page, "default-src 'none'; script-src 'nonce-abc' 'strict-dynamic'; connect-src 'self'"),
  '/silent': () => html('', "default-src 'none'; script-src 'self'"),
  '/none': () => html('', "default-src 'none'"),
};
http.createServer((req, res) => {
  const [head, body] = answers[req.url]?.() ?? [{ 'content-type': 'application/json' }, '{}'];
  res.writeHead(200, head).end(body);
}).listen(0, () => console.log('ready'));
`;

/** What the badge shows, read through the protocol: its shadow tree is closed to the page. */
async function badgeOf(page: Page): Promise<{ name: string; role: string; expanded: boolean | undefined }[]> {
  const tree = await page.accessibility.snapshot({ interestingOnly: false });
  const found: { name: string; role: string; expanded: boolean | undefined }[] = [];
  const visit = (node: typeof tree, isInside: boolean) => {
    if (node === null) return;
    const isBadge = isInside || (node.role === 'group' && node.name === 'scooby');
    if (isBadge && (node.role === 'link' || node.role === 'button'))
      found.push({ role: node.role, name: node.name ?? '', expanded: node.expanded });
    for (const child of node.children ?? []) visit(child, isBadge);
  };
  visit(tree, false);
  return found;
}

/** The names of its links and buttons, once they are as the condition wants them. */
async function badgeOnce(page: Page, isWanted: (names: string[]) => boolean): Promise<string[]> {
  for (;;) {
    const names = (await badgeOf(page)).map(({ name }) => name);
    if (isWanted(names)) return names;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function shop(t: Test) {
  return scooby(t, { files: { 'app.mjs': APP }, command: ['app.mjs'], options: ['--badge'] });
}

const bare = (names: string[]) => names.map((name) => name.replace(/[\d.]+ ms/, 'N ms'));
const BUTTONS = ['Collapse the scooby badge', 'Remove the scooby badge until the page is loaded again'];

test(
  'under a strict policy: the page and its fetches, by keyboard, without a violation',
  needsChromium,
  async (t) => {
    const run = shop(t);
    const url = await run.url();
    const { page, troubles } = await openPage(t, `${url}/strict`);
    await page.evaluate('window.done');
    const names = await badgeOnce(
      page,
      (all) => /findings/.test(all[1] ?? '') && /findings/.test(all[0] ?? ''),
    );
    t.same(bare(names), [
      'scooby, this page: N ms · 0 queries · 0 findings',
      '2 further requests: N ms · 0 queries · 0 findings',
      ...BUTTONS,
    ]);
    t.same(troubles, []);
    t.equal(
      await page.evaluate("document.querySelectorAll('script[data-id]').length"),
      0,
      'the script is gone',
    );
    t.equal(await page.evaluate("document.body.contains(document.querySelector('scooby-badge'))"), false);
    t.same(await accessibilityViolations(page), []);

    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    const listed = await badgeOnce(page, (all) => all.length === 6);
    t.same(bare(listed).slice(0, 2), [
      '/api/1 N ms · 0 queries · 0 findings',
      '/api/2 N ms · 0 queries · 0 findings',
    ]);
    await page.keyboard.press('Escape');
    await badgeOnce(page, (all) => all.length === 4);
    await page.keyboard.press('Escape');
    t.same(await badgeOnce(page, (all) => all.length === 1), ['Show the scooby badge']);
    await page.keyboard.press('Enter');
    await badgeOnce(page, (all) => all.length === 4);
    for (let i = 0; i < 3; i++) await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await badgeOnce(page, (all) => all.length === 0);
    t.equal(await page.evaluate("document.querySelector('scooby-badge')"), null);
  },
);

test('it is over the page, not in its layout, and leads to the request', needsChromium, async (t) => {
  const run = shop(t);
  const url = await run.url();
  const { page } = await openPage(t, `${url}/`);
  await badgeOnce(page, (all) => all.length === 3);
  const { id } = await run.trace('/');
  const layout = await page.evaluate(() => {
    const host = document.querySelector('scooby-badge')!;
    const { position, zIndex, display } = getComputedStyle(host);
    const { scrollHeight, clientHeight } = document.documentElement;
    const box = host.getBoundingClientRect();
    const at = document.elementFromPoint(box.left + 5, box.top + 5);
    return [position, zIndex, display !== 'none', scrollHeight === clientHeight, at === host];
  });
  t.same(layout, ['fixed', '2147483647', true, true, true]);
  const session = await page.createCDPSession();
  const { nodes } = await session.send('Accessibility.getFullAXTree');
  const link = nodes.find(
    ({ role, name }) => role?.value === 'link' && /this page/.test(String(name?.value)),
  )!;
  const { object } = await session.send('DOM.resolveNode', { backendNodeId: link.backendDOMNodeId! });
  const { result } = await session.send('Runtime.callFunctionOn', {
    objectId: object.objectId!,
    functionDeclaration: 'function () { return [this.href, this.target, this.rel].join(" "); }',
  });
  t.equal(result.value, `${url}/scooby/#/r/${id} _blank noopener noreferrer`);
  t.equal((await run.ask('/')).body.includes('badge'), false, 'curl gets the page as it is');
});

test(
  'where the policy forbids to connect it asks nothing; where it forbids scripts there is none',
  needsChromium,
  async (t) => {
    const run = shop(t);
    const url = await run.url();
    const { page, troubles, requests } = await openPage(t, `${url}/silent`);
    t.same(bare(await badgeOnce(page, (all) => all.length === 3))[0], 'scooby, this page: N ms · 0 queries');
    t.same(
      troubles.filter((text) => !/favicon/.test(text)),
      [],
    );
    t.same(
      requests.filter((request) => /get-outline/.test(request)),
      [],
    );
    await page.goto(`${url}/none`);
    t.equal(await page.evaluate("document.querySelector('script, scooby-badge')"), null);
    const { notes } = await run.trace('/none', (trace) => trace.state === 'done');
    t.same(notes, [
      "the page has no badge: its Content-Security-Policy has neither a nonce nor 'self' for scripts",
    ]);
  },
);

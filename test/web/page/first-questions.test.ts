/** What is asked before the page is drawn is what the page then asks. */

import { test } from 'tap';
import { firstQuestions } from '../../../src/web/page/first-questions.js';
import { MAX_NEWEST } from '../../../src/web/page/hooks/use-newest.js';
import { parsePageAddress } from '../../../src/web/page/state/address.js';
import { traceAt } from '../../tui/fake.js';
import { needsChromium, openPage } from '../chromium.js';
import { servePage } from '../served-page.js';

const of = (hash: string) => firstQuestions(parsePageAddress(hash)).map(([method]) => method);

test('each address has its questions, and a span of time has none yet', (t) => {
  t.same(of('#/?q=n1'), ['page', 'count', 'stats']);
  t.same(of('#/routes'), ['routes']);
  t.same(of('#/?from=1&to=2'), []);
  t.same(firstQuestions(parsePageAddress('#/r/abc/sql')), [['find', 'abc']]);
  t.same(firstQuestions(parsePageAddress('#/diff/a/b')), [
    ['find', 'a'],
    ['find', 'b'],
  ]);
  t.end();
});

test('the page takes these answers rather than asking again', needsChromium, async (t) => {
  const served = await servePage(t, [traceAt(0), traceAt(1)]);
  const { page } = await openPage(t, served.link());
  await page.waitForSelector('.row-link');
  // A question that was answered before the page was drawn gets no other answer.
  const answered = new Set<string>();
  await page.setRequestInterception(true);
  page.on('request', (request) => {
    const question = `${request.url().replace(/.*\//, '')} ${request.postData() ?? ''}`;
    const isKnown = request.method() === 'POST' && answered.has(question);
    answered.add(question);
    if (!isKnown) void request.continue();
  });
  for (const [hash, selector] of [
    ['', '.row-link'],
    ['#/?q=api&sort=duration', '.row-link'],
    [`#/r/${traceAt(1).id}`, '[role=tablist]'],
  ]) {
    await page.goto('about:blank');
    answered.clear();
    await page.goto(`${served.url}${hash}`);
    await page.waitForSelector(selector!);
    for (const [method, ...args] of firstQuestions(parsePageAddress(hash!)))
      t.ok(answered.has(`${method} ${JSON.stringify(args)}`), `${hash} ${method}`);
  }
});

test('what the pictures show is asked for once the rows are drawn', needsChromium, async (t) => {
  const served = await servePage(t, [traceAt(0), traceAt(1)]);
  const { page } = await openPage(t, served.link());
  await page.waitForSelector('.row-link');
  await page.goto('about:blank');
  const asked: string[] = [];
  const held: (() => void)[] = [];
  let isHeld = true;
  await page.setRequestInterception(true);
  page.on('request', (request) => {
    const isPage = request.url().endsWith('/page');
    if (isPage) asked.push(request.postData() ?? '');
    if (isPage && isHeld) held.push(() => void request.continue());
    else void request.continue();
  });
  const ofPictures = () => asked.filter((question) => question.endsWith(`,${MAX_NEWEST}]`)).length;
  await page.goto(served.url);
  // The other answers are there, and the page is drawn without rows.
  await page.waitForFunction("document.querySelector('.figures') !== null");
  t.equal(ofPictures(), 0);
  isHeld = false;
  for (const answer of held) answer();
  await page.waitForSelector('.row-link');
  await page.waitForFunction("document.querySelector('.picture svg') !== null");
  t.ok(ofPictures() > 0);
});

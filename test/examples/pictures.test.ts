import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { bundleUi } from '../tui/bundle.js';
import { PtyTerminal } from '../tui/pty.js';

const ROOT = join(import.meta.dirname, '../../..');
const { svgOf } = await import(join(ROOT, 'examples/svg.mjs'));

/** The rows of text in a picture, by their height; what is drawn as shapes is not among them. */
function textsOf(svg: string): string[] {
  const rows = new Map<string, string[]>();
  for (const [, y, text] of svg.matchAll(/<text x="[\d.]+" y="([\d.]+)"[^>]*>([^<]*)<\/text>/g)) {
    const plain = text!.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)));
    rows.set(y!, [...(rows.get(y!) ?? []), plain.trim()]);
  }
  return [...rows.values()].map((pieces) => pieces.join(' ').replace(/ +/g, ' '));
}

test('a picture holds the text of the screen as text, and is the same each time', async (t) => {
  const terminal = new PtyTerminal([await bundleUi()], 80, 24);
  await terminal.shows('? help');
  terminal.send('j\r2');
  await terminal.shows('at loadItems');
  const picture: string = svgOf(terminal.terminal, 'a "page" & its queries');
  t.equal(svgOf(terminal.terminal, 'a "page" & its queries'), picture);
  const texts = textsOf(picture);
  t.equal(texts[0], 'GET /api/orders?page=2 200 621ms N+1 SLOW 50 queries 554ms 3s a0000001');
  t.ok(texts.includes('> 15 const items = await db.query(ITEMS, [order.id]);'), texts.join('\n'));
  t.match(picture, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="0 0 660 452" /);
  t.match(picture, '<title>a &#34;page&#34; &#38; its queries</title>');
  t.match(picture, '@media (prefers-color-scheme:dark)');
  t.notMatch(picture, /&(?!#\d+;)/);
  await terminal.close();
});

test('the pictures that are kept are in docs/browser.md, the first one in the README too, and show what is said of them', (t) => {
  const page = readFileSync(join(ROOT, 'docs/browser.md'), 'utf8');
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
  t.match(readme, '(docs/pictures/list.svg)');
  const shown: Record<string, string> = {
    'list.svg': 'GET /products/3/reviews',
    'overview.svg': 'at newestOrders examples/shop/orders.js:11 e opens it',
    'sql.svg': 'SELECT name, city FROM customers WHERE id = ?',
    'timeline.svg': 'never two calls at the same time',
  };
  const ofPage = ['page-list-dark.webp', 'page-list.webp', 'page-request-dark.webp', 'page-request.webp'];
  const kept = readdirSync(join(ROOT, 'docs/pictures')).sort();
  t.same(kept, [...Object.keys(shown), ...ofPage].sort());
  const used = readme + readFileSync(join(ROOT, 'docs/page.md'), 'utf8');
  for (const name of ofPage) t.match(used, `pictures/${name}`);
  for (const [name, text] of Object.entries(shown)) {
    const rows = textsOf(readFileSync(join(ROOT, 'docs/pictures', name), 'utf8'));
    t.ok(
      rows.some((row) => row.includes(text)),
      `${name}: ${text}\n${rows.join('\n')}`,
    );
    t.match(page, `(pictures/${name})`);
  }
  t.end();
});

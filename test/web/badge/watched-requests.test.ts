import { test } from 'tap';
import { WatchedRequests } from '../../../src/web/badge/watched-requests.js';
import { changes } from '../changes.js';

const idOf = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const timing = (n: number) => [
  { name: 'total', duration: n, description: '' },
  { name: 'scooby-id', duration: 0, description: idOf(n) },
];
const outline = (duration: number) => ({ duration, totals: {}, findings: [] });

/** Resolves once the condition holds, asked at each change. */
function watching(page: number, answer: ((id: string) => Promise<unknown>) | undefined) {
  const { changed, until } = changes();
  const requests = new WatchedRequests({ id: idOf(page), path: '/', figures: {} }, answer, changed);
  return { requests, until };
}

test('the page and the fetches that follow; outlines replace what the head says', async (t) => {
  const asked: string[] = [];
  const { requests, until } = watching(1, async (id) => {
    asked.push(id);
    return outline(100);
  });
  requests.setHead(timing(7));
  t.same(requests.page.figures, { ms: 7, queries: 0 });
  requests.add('http://localhost:4000/api/a?b=1#c', timing(2));
  requests.add('http://localhost:4000/api/a', timing(2));
  requests.add('http://localhost:4000/other', []);
  requests.add('http://localhost:4000/page', timing(1));
  t.same(requests.fetches, [{ id: idOf(2), path: '/api/a?b=1', figures: { ms: 2, queries: 0 } }]);
  await until(() => requests.fetches[0]!.figures.ms === 100 && requests.page.figures.ms === 100);
  requests.setHead(timing(7));
  t.equal(requests.page.figures.ms, 100);
  t.same(asked, [idOf(1), idOf(2)]);
});

test('a request that still runs, or cannot be read, is asked for again', async (t) => {
  let attempts = 0;
  const { requests, until } = watching(1, async () => {
    if (++attempts === 1) throw new Error('Failed to fetch');
    return outline(5);
  });
  await until(() => requests.page.figures.ms === 5);
  t.equal(attempts, 2);
});

test('nothing is fetched where the policy forbids it, nor while it is paused', async (t) => {
  const silent = watching(1, undefined);
  silent.requests.add('/a', timing(2));
  t.equal(silent.requests.fetches.length, 1);
  let attempts = 0;
  const paused = watching(1, async () => {
    attempts++;
    return outline(5);
  });
  paused.requests.pause(true);
  await new Promise((resolve) => setTimeout(resolve, 5));
  t.equal(attempts, 0);
  paused.requests.pause(false);
  await paused.until(() => paused.requests.page.figures.ms === 5);
});

test('a page that polls: 50 are listed, the others are counted', (t) => {
  const { requests } = watching(1, undefined);
  for (let n = 2; n < 62; n++) requests.add('/poll', timing(n));
  t.same([requests.fetches.length, requests.more], [50, 10]);
  t.end();
});

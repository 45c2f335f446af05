/** The feed in the browser answers as the feed that it asks: one source for both screens. */

import { test } from 'tap';
import { parseFilter } from '../../../src/domain/filter.js';
import type { Feed, ListQuery, Sort } from '../../../src/feed/feed.js';
import { StoreFeed } from '../../../src/feed/store-feed.js';
import { openReader } from '../../../src/store/open.js';
import { connectFeed, FeedError, RUN_ENDED } from '../../../src/web/client/http-feed.js';
import { HOW_TO_OPEN } from '../../../src/web/server/page-access.js';
import { aSpan, aTrace } from '../../factory.js';
import { until } from '../../scooby.js';
import { type ServedPage, servePage } from '../served-page.js';

interface Test {
  teardown(fn: () => unknown): unknown;
}

const ids = Array.from({ length: 30 }, (_, i) => `00000000-0000-4000-8000-${String(i).padStart(12, '0')}`);
const TRACES = ids.map((id, i) =>
  aTrace({
    ...{ id, method: i % 3 === 0 ? 'POST' : 'GET', url: `/orders/${i}?q=${i % 2 ? '<b>' : 'ü'}` },
    ...{ start: Date.now() - 60_000 + i, duration: (i * 37) % 100, status: i % 7 === 0 ? 500 : 200 },
    spans: Array.from({ length: i % 4 }, (_, n) => aSpan({ name: `SELECT ${n} FROM users` })),
  }),
);

/** Node has no cookies: they are sent as the browser would. */
function sendCookies(t: Test, { port, secrets }: ServedPage): void {
  const { fetch } = globalThis;
  const cookie = `scooby-page-${port}=${secrets.cookie}`;
  globalThis.fetch = (url, init) =>
    fetch(url, { ...init, headers: { ...(init?.headers as object), Cookie: cookie } });
  t.teardown(() => {
    globalThis.fetch = fetch;
  });
}

async function connected(t: Test, page: ServedPage): Promise<Feed> {
  sendCookies(t, page);
  const feed = await connectFeed({ base: page.url.replace(/\/$/, ''), key: page.secrets.key });
  t.teardown(() => feed.close());
  return feed;
}

test('each read is that of the store', async (t) => {
  const page = await servePage(t, TRACES);
  const remote = await connected(t, page);
  const { place } = page.store;
  const local = new StoreFeed(await openReader({ db: place, cwd: '/' }, () => {}), place);
  t.teardown(() => local.close());
  const lists: ListQuery[] = ['', 'status>=500', 'sql:users slower:20ms', 'method=post or path:ü'].map(
    (filter) => {
      const parsed = parseFilter(filter);
      return { query: 'query' in parsed ? parsed.query : [] };
    },
  );
  const sorts: Sort[] = [
    { by: 'time', reverse: false },
    { by: 'duration', reverse: true },
    { by: 'path', reverse: false },
  ];
  t.same(await remote.stats(), await local.stats());
  for (const list of [
    ...lists,
    { query: [], until: TRACES[9]!.start },
    { query: [], ids: ids.slice(3, 5) },
  ]) {
    for (const sort of sorts) {
      t.same(await remote.page(list, sort, 2, 5), await local.page(list, sort, 2, 5));
      t.equal(await remote.position(list, sort, ids[3]!), await local.position(list, sort, ids[3]!));
      t.equal(await remote.count(list), await local.count(list));
    }
    t.equal(await remote.countNewer(list), await local.countNewer(list));
    t.same(await remote.routes(list), await local.routes(list));
  }
  t.same(await remote.find(ids[7]!), await local.find(ids[7]!));
  t.equal(await remote.find('none'), undefined);
  t.equal(await remote.source('none'), undefined);
  t.match(remote.status(), { live: false, place });
  t.ok(remote.replay && remote.record && remote.restart && remote.explain, 'what the run can be asked for');
  t.equal(remote.output, undefined);
});

test('what fails says why', async (t) => {
  const feed = await connected(t, await servePage(t, TRACES));
  const ended = { message: 'the app no longer runs under scooby', status: 422 };
  await t.rejects(feed.record!('off'), ended);
  await t.rejects(feed.restart!(), ended);
  await t.rejects(feed.replay!(TRACES[1]!), ended);
  await t.rejects(feed.explain!(TRACES[1]!, 0), ended);
  await t.rejects(feed.replay!(aTrace({ id: 'none' })), { message: 'There is no such request any more.' });
});

test('a request that is saved is told', async (t) => {
  const page = await servePage(t, []);
  const feed = await connected(t, page);
  let changes = 0;
  const unsubscribe = feed.subscribe(() => changes++);
  page.store.saveAll(TRACES);
  await until(() => changes > 0, 'a change');
  t.equal(await feed.count({ query: [] }), 30);
  unsubscribe();
});

test('who was not let in learns how', async (t) => {
  const page = await servePage(t, TRACES);
  sendCookies(t, page);
  await t.rejects(
    connectFeed({ base: page.url.replace(/\/$/, ''), key: 'x' }),
    new FeedError(HOW_TO_OPEN, 401),
  );
});

test('a server that ends is said, and what is loaded stays', async (t) => {
  const page = await servePage(t, TRACES);
  const feed = await connected(t, page);
  let changes = 0;
  feed.subscribe(() => changes++);
  page.close();
  await until(() => changes > 0, 'the end');
  t.match(feed.status(), { live: false, trouble: RUN_ENDED, place: page.store.place });
  await t.rejects(async () => feed.stats(), { message: RUN_ENDED });
});

test('first calls are made at once, and answer the next equal ones, once', async (t) => {
  const page = await servePage(t, TRACES);
  sendCookies(t, page);
  const asked: string[] = [];
  const { fetch } = globalThis;
  globalThis.fetch = (url, init) => {
    asked.push(String(url).replace(/.*\//, ''));
    return fetch(url, init);
  };
  const feed = await connectFeed({
    base: page.url.replace(/\/$/, ''),
    key: page.secrets.key,
    first: [['count', { query: [] }]],
  });
  t.teardown(() => feed.close());
  t.same(asked, ['events', 'count']);
  t.equal(await feed.count({ query: [] }), 30);
  t.equal(asked.length, 2, 'it was answered already');
  t.equal(await feed.count({ query: [] }), 30);
  t.same(asked, ['events', 'count', 'count']);
});

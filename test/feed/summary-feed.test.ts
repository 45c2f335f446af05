import { test } from 'tap';
import { type FilterQuery, parseFilter } from '../../src/domain/filter.js';
import { SummaryFeed } from '../../src/feed/summary-feed.js';
import { samplesOf } from '../../src/insight/metrics/samples.js';
import { MemoryStore } from '../../src/store/memory.js';
import { aSpan, aTrace } from '../factory.js';

const NEWEST = { by: 'time', reverse: false } as const;
const start = Date.now();

function query(text: string): FilterQuery {
  const parsed = parseFilter(text);
  if ('trouble' in parsed) throw new Error(parsed.trouble);
  return parsed.query;
}

async function aFeed(t: { teardown(fn: () => void): void }) {
  const store = new MemoryStore({ ttl: 1e9, maxSize: 1e7, samplesOf });
  store.saveAll([
    aTrace({ id: 'a', start, url: '/a', duration: 30, spans: [aSpan({ name: 'select 1 from apples' })] }),
    aTrace({ id: 'b', start: start + 1, url: '/b', duration: 10, status: 500 }),
    aTrace({ id: 'c', start: start + 2, url: '/c', duration: 20 }),
    aTrace({ id: 'o', start: start + 3, outside: true }),
  ]);
  const feed = await SummaryFeed.open(store);
  t.teardown(() => feed.close());
  const ids = async (text: string, by: Parameters<typeof feed.page>[1] = NEWEST) =>
    (await feed.page({ query: query(text) }, by, 0, 10)).map(({ id }) => id).join('');
  return { store, feed, ids };
}

test('pages, sorted and filtered, also by what only the store can tell', async (t) => {
  const { feed, ids } = await aFeed(t);
  t.equal(await ids(''), 'cba');
  t.equal(await ids('', { by: 'time', reverse: true }), 'abc');
  t.equal(await ids('', { by: 'duration', reverse: false }), 'acb');
  t.equal(await ids('', { by: 'path', reverse: false }), 'abc');
  t.equal(await ids('status:5xx'), 'b');
  t.equal(await ids('sql:apples'), 'a');
  t.equal(await ids('apples'), 'a');
  const all = { query: [] };
  t.equal(await feed.count(all), 3);
  t.equal(await feed.count({ query: [], until: start + 1 }), 2);
  t.equal(await feed.count({ query: [], ids: ['a', 'x'] }), 1);
  t.equal(await feed.countNewer({ query: [], until: start + 1 }), 1);
  t.equal(await feed.position(all, NEWEST, 'b'), 1);
  t.equal(await feed.position(all, NEWEST, 'x'), -1);
  t.match(feed.stats(), { total: 3, p50: 20, errors: 1 / 3, repeated: 0 });
  t.match(await feed.routes(all), [{ method: 'GET', route: '/orders', count: 3, errors: 1 }]);
  t.equal((await feed.find('b'))?.status, 500);
});

test('what is saved appears, a changed request once, and listeners are told', async (t) => {
  const { store, feed, ids } = await aFeed(t);
  const changed = () =>
    new Promise<void>((resolve) => {
      const stop = feed.subscribe(() => {
        stop();
        resolve();
      });
    });
  let waiting = changed();
  store.saveAll([aTrace({ id: 'd', start: start + 4 })]);
  await waiting;
  t.equal(await ids(''), 'dcba');
  waiting = changed();
  store.saveAll([aTrace({ id: 'b', start: start + 1, status: 200 })]);
  await waiting;
  t.equal(await ids(''), 'dcba');
  t.equal(await ids('status:5xx'), '');
});

test('a store that fails: its trouble is the status, and goes when it works again', async (t) => {
  const { store, feed, ids } = await aFeed(t);
  const { changes } = store;
  // The feed keeps no process alive.
  const alive = setInterval(() => {}, 1000);
  t.teardown(() => clearInterval(alive));
  let failures = 0;
  store.changes = async () => {
    failures++;
    throw new Error('gone');
  };
  store.saveAll([aTrace({ id: 'd', start: start + 4 })]);
  await new Promise<void>((resolve) => feed.subscribe(() => feed.status().trouble && resolve()));
  t.equal(feed.status().trouble, 'gone');
  store.saveAll([aTrace({ id: 'e', start: start + 5 })]);
  store.changes = changes;
  await new Promise<void>((resolve) => feed.subscribe(() => !feed.status().trouble && resolve()));
  t.equal(await ids(''), 'edcba');
  t.ok(failures > 0);
});

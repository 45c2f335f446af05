import { test } from 'tap';
import { printPlain } from '../../src/tui/plain-lines.js';
import { NOW, traceAt } from './fake.js';
import { MemoryFeed } from './memory-feed.js';
import { waitUntil } from './terminal.js';

/** Prints a feed; `end` ends following. */
function printing(feed: MemoryFeed) {
  const lines: string[] = [];
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { lines, end, done: printPlain(feed, (line) => lines.push(line), ended) };
}

const laterTrace = (n: number) => ({
  ...traceAt(0),
  id: `b${String(n).padStart(7, '0')}-0000`,
  url: `/later/${n}`,
  start: NOW + n,
});

test('without an app: the stored requests with their day and zone, and their number', async (t) => {
  const feed = new MemoryFeed(3);
  feed.state = { ...feed.state, live: false };
  const { lines, done } = printing(feed);
  await done;
  t.equal(lines.length, 4);
  t.match(lines[2], /^2026-01-15T\d\d:00:00(Z|[+-]\d\d:\d\d) {2}GET {2}\/api\/users\/0 {2}200 {2}/);
  t.equal(lines[3], '3 requests stored');
});

test('an app that is connected to later is followed', async (t) => {
  const feed = new MemoryFeed(1);
  feed.state = { ...feed.state, live: false };
  let connect = () => {};
  Object.assign(feed, {
    connected: () =>
      new Promise<void>((resolve) => {
        connect = resolve;
      }),
  });
  const { lines, end, done } = printing(feed);
  await waitUntil(() => lines.length === 1);
  await new Promise((resolve) => setImmediate(resolve));
  feed.state = { ...feed.state, live: true };
  feed.traces = [laterTrace(1), ...feed.traces];
  connect();
  await waitUntil(() => lines.length === 2);
  t.match(lines[1], /\/later\/1 /);
  feed.add({ ...laterTrace(2), state: 'open' });
  feed.add(laterTrace(3));
  await waitUntil(() => lines.length === 3);
  feed.add(laterTrace(2));
  await waitUntil(() => lines.length === 4);
  t.same(
    lines.slice(1).map((line) => /\/later\/\d+/.exec(line)?.[0]),
    ['/later/1', '/later/3', '/later/2'],
  );
  end();
  await done;
});

test('each request of a burst is printed once, in order, and none from before the first page', async (t) => {
  const feed = new MemoryFeed(80);
  const { lines, end, done } = printing(feed);
  await waitUntil(() => lines.length === 50);
  feed.traces = [...Array.from({ length: 130 }, (_, n) => laterTrace(130 - n)), ...feed.traces];
  feed.changed();
  feed.changed();
  await waitUntil(() => lines.length >= 180);
  end();
  await done;
  t.equal(lines.length, 180);
  t.match(lines[50], /\/later\/1 /);
  t.match(lines[179], /\/later\/130 /);
});

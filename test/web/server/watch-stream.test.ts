/** Watches over HTTP: what the feed tells arrives in the page, and ends with either of them. */

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'tap';
import type { Feed } from '../../../src/feed/feed.js';
import type { WatchListener } from '../../../src/feed/watch-listener.js';
import { verificationOf } from '../../../src/insight/verify/verdicts.js';
import { readWatch } from '../../../src/web/client/watch-lines.js';
import { WatchStreams } from '../../../src/web/server/watch-stream.js';
import { until } from '../../scooby.js';
import { traceAt } from '../../tui/fake.js';
import { MemoryFeed } from '../../tui/memory-feed.js';

const TRACE = traceAt(1);

test('lines of a watch, until the page goes', async (t) => {
  const watches: { listener: WatchListener; signal: AbortSignal }[] = [];
  const feed: Feed = new MemoryFeed(3);
  feed.watch = (_, listener, signal) => {
    watches.push({ listener, signal });
    return new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
  };
  const streams = new WatchStreams(feed);
  const server = createServer((req, res) => {
    streams.add(req.url!.slice(1), res).catch((error: Error) => res.writeHead(400).end(error.message));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.close();
    server.closeAllConnections();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const controller = new AbortController();
  const response = await fetch(url + TRACE.id, { signal: controller.signal });
  const told: unknown[] = [];
  const reading = readWatch(response.body!, {
    compared: ({ verdict, before }) => told.push([verdict, before.id]),
    failed: (message) => told.push(message),
  }).catch(() => {});
  const [{ listener, signal }] = watches as [(typeof watches)[0]];
  listener.compared(verificationOf(TRACE, TRACE));
  listener.failed('the app does not answer: ü');
  await until(() => told.length === 2, 'two lines');
  t.same(told, [['still there', TRACE.id], 'the app does not answer: ü']);
  controller.abort();
  await reading;
  await until(() => signal.aborted, 'the end of the watch');

  const missing = await fetch(`${url}none`);
  t.same([missing.status, await missing.text()], [400, 'There is no such request any more.']);
  const open = await Promise.all(Array.from({ length: 8 }, () => fetch(url + TRACE.id)));
  t.equal((await fetch(url + TRACE.id)).status, 400, 'there are only so many');
  streams.close();
  t.same(
    await Promise.all(open.map((each) => each.text())),
    Array(8).fill(''),
    'a server that ends, ends them',
  );
});

test('a page that goes before its watch begins leaves none behind', async (t) => {
  const feed: Feed = new MemoryFeed(3);
  let isWatched = false;
  feed.watch = async () => {
    isWatched = true;
  };
  const controller = new AbortController();
  const streams = new WatchStreams(feed);
  const added = new Promise<void>((resolve, reject) => {
    const server = createServer((_, res) => {
      // The store answers once the page has gone.
      feed.find = async () => {
        controller.abort();
        await once(res, 'close');
        return TRACE;
      };
      streams.add(TRACE.id, res).then(resolve, reject);
    }).listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      fetch(`http://127.0.0.1:${port}/`, { signal: controller.signal }).catch(() => {});
    });
    t.teardown(() => {
      server.close();
      server.closeAllConnections();
    });
  });
  await added;
  t.equal(isWatched, false);
});

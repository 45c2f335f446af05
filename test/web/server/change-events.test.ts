import { once } from 'node:events';
import { createServer, get, type IncomingMessage } from 'node:http';
import { test } from 'tap';
import type { Feed, FeedStatus } from '../../../src/feed/feed.js';
import { ChangeEvents, MAX_LISTENERS } from '../../../src/web/server/change-events.js';
import { until } from '../../scooby.js';

interface Test {
  teardown(fn: () => unknown): unknown;
}

/** A feed that changes when a test says so. */
class ChangingFeed {
  state: FeedStatus = { live: true };
  replay = () => {};
  listeners = new Set<() => void>();
  status = () => this.state;
  subscribe(listener: () => void) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
  change() {
    for (const listener of this.listeners) listener();
  }
}

async function serve(t: Test) {
  const feed = new ChangingFeed();
  const events = new ChangeEvents(feed as unknown as Feed);
  const server = createServer((req, res) => {
    if (!events.hasRoom) return void res.writeHead(503).end();
    res.writeHead(200);
    events.add(res, req.headers['last-event-id'] as string | undefined);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    events.close();
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as { port: number };
  return { feed, events, follow: (lastId?: string) => follow(port, lastId) };
}

async function follow(port: number, lastId?: string) {
  const headers = lastId === undefined ? {} : { 'Last-Event-ID': lastId };
  const [response] = (await once(get({ port, host: '127.0.0.1', headers, agent: false }), 'response')) as [
    IncomingMessage,
  ];
  const page = { response, text: '' };
  response.on('error', () => {});
  response.setEncoding('utf8').on('data', (part) => {
    page.text += part;
  });
  return page;
}

const HELLO = 'event: hello\ndata: {"capabilities":["replay"]}\n\n';
const STATUS = 'event: status\ndata: {"live":true}\n\n';

test('thousands of changes are a few events, and the last of them is told', async (t) => {
  const { feed, follow } = await serve(t);
  const page = await follow();
  await until(
    () => page.text === HELLO + STATUS,
    () => page.text,
  );
  for (let i = 0; i < 5000; i++) feed.change();
  await until(
    () => page.text === `${HELLO}${STATUS}id: 5000\nevent: change\ndata: {}\n\n`,
    () => page.text,
  );
  feed.state = { live: false, exit: { code: 1 } };
  feed.change();
  await until(
    () =>
      page.text.endsWith(
        'event: status\ndata: {"live":false,"exit":{"code":1}}\n\nid: 5001\nevent: change\ndata: {}\n\n',
      ),
    () => page.text,
  );
});

test('a page that was away is told that something may have changed', async (t) => {
  const { follow } = await serve(t);
  const page = await follow('12');
  await until(
    () => page.text === `${HELLO}${STATUS}id: 0\nevent: change\ndata: {}\n\n`,
    () => page.text,
  );
});

test('so many pages and no more; a page that is closed makes room', async (t) => {
  const { events, follow } = await serve(t);
  const pages = await Promise.all(Array.from({ length: MAX_LISTENERS }, () => follow()));
  t.equal((await follow()).response.statusCode, 503);
  pages[0]!.response.destroy();
  await until(() => events.hasRoom, 'room for another page');
  t.equal((await follow()).response.statusCode, 200);
});

test('a page that does not read is not written to without end', async (t) => {
  const { feed, events, follow } = await serve(t);
  const slow = await follow();
  await until(() => slow.text !== '', 'its first events');
  slow.response.pause();
  const writes: number[] = [];
  const large = 'x'.repeat(300_000);
  const other = await follow();
  for (let i = 0; i < 40; i++) {
    feed.state = { live: true, place: `${i}${large}` };
    feed.change();
    await until(() => other.text.includes(`"place":"${i}x`), `change ${i} at the page that reads`);
    other.text = '';
    writes.push(i);
  }
  t.equal(writes.length, 40);
  slow.response.resume();
  await until(() => slow.text.includes('"place":"39x'), 'the newest state, once it reads again');
  t.ok(slow.text.length < 40 * large.length, 'what it has missed was not kept for it');
  t.ok(events.hasRoom);
});

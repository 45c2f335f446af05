import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import { type RunRecord, registerRunRecord } from '../../src/control/registry.js';
import { type ControlCommand, serveControl } from '../../src/control/server.js';
import { LiveFeed } from '../../src/feed/live-feed.js';
import { replayRefusal } from '../../src/feed/replay.js';
import { replayableHeaders } from '../../src/feed/replayable.js';
import { StoreFeed } from '../../src/feed/store-feed.js';
import { openReader, openStore } from '../../src/store/open.js';
import { until } from '../scooby.js';
import { traceAt } from '../tui/fake.js';

const quiet = () => {};

/** A feed over a database with one request, and a run with the given control commands. */
async function aLiveFeed(t: Test, commands: Record<string, ControlCommand>) {
  // A short path: paths of sockets are cut at 108 characters.
  const folder = mkdtempSync(join(tmpdir(), 'scooby-live-'));
  const db = join(folder, 'scooby.db');
  const store = await openStore({ db, cwd: folder }, quiet);
  const now = Date.now();
  store.saveAll([{ ...traceAt(0), start: now }]);
  const feed = new LiveFeed(new StoreFeed(await openReader({ db, cwd: folder }, quiet), db), db);
  t.teardown(() => {
    feed.close();
    store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const start = async () => {
    const runRecord: RunRecord = {
      id: 'run',
      pid: process.pid,
      socket: join(folder, 'ctrl'),
      token: 'secret',
      command: ['npm', 'start'],
      project: folder,
      started: now,
    };
    const server = await serveControl(runRecord.socket, runRecord.token, commands);
    const registration = registerRunRecord(db, runRecord);
    const stop = () => {
      registration.remove();
      server.close();
    };
    t.teardown(stop);
    return stop;
  };
  return { feed, start };
}

const RUN = { id: 'run', pid: 1, command: ['npm', 'start'], project: '/shop', started: 0 };
const LIBRARIES = [{ name: 'pg', version: '8.23.1' }];

test('a browser connects to a new run, shows its status, and that it has ended', async (t) => {
  let record = 'all';
  const status = () => ({
    run: RUN,
    record,
    url: 'http://localhost:4123',
    app: 'listening',
    processes: [{ pid: 7, command: 'node app.js', cwd: '/shop', node: 'v20' }],
    libraries: LIBRARIES,
  });
  const restarts: number[] = [];
  const { feed, start } = await aLiveFeed(t, {
    status,
    record: (parameters) => {
      record = String(parameters.record);
      return status();
    },
    restart: () => {
      restarts.push(1);
      return status();
    },
    explain: ({ trace, calls }) => ({
      statement: '',
      asked: `${trace} ${JSON.stringify(calls)}`,
      server: 'x',
      plan: [],
      remarks: [],
      notes: [],
    }),
  });
  t.equal(feed.status().live, false);
  await t.rejects(feed.replay(traceAt(0)), { message: 'the app no longer runs under scooby' });
  const stop = await start();
  await until(() => feed.status().live, 'the run');
  t.match(feed.status(), {
    url: 'http://localhost:4123',
    recording: 'all',
    libraries: LIBRARIES,
    app: { pid: 7, cwd: '/shop', command: 'npm start' },
  });
  await feed.record('marked');
  t.equal(feed.status().recording, 'marked');
  await feed.restart();
  t.same(restarts, [1]);
  const { id, spans } = traceAt(0);
  const asked = `${id} [{"span":2,"start":${spans[2]!.start}}]`;
  t.equal((await feed.explain(traceAt(0), 2)).asked, asked);
  stop();
  await until(() => !feed.status().live, 'its end');
  t.equal(feed.status().url, undefined);
});

test('a replay sends what was recorded of a request through the proxy', async (t) => {
  const seen: unknown[] = [];
  const proxy = createServer((request, response) => {
    seen.push([request.method, request.url, request.headers]);
    response.writeHead(201, { 'x-scooby': 'b0000000-0000-4000-8000-000000000000' }).end('ok');
  }).listen(0, '127.0.0.1');
  t.teardown(() => proxy.close());
  await new Promise((resolve) => proxy.once('listening', resolve));
  const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const status = () => ({ run: RUN, record: 'marked', url, app: 'listening', processes: [], libraries: [] });
  const { feed, start } = await aLiveFeed(t, { status });
  await start();
  await until(() => feed.status().live, 'the run');
  const request: [string, string][] = [
    ['Host', 'shop.example'],
    ['Accept', 'text/html'],
    ['Cookie', 'REDACTED'],
    ['X-Scooby', 'old'],
    ['Connection', 'keep-aLiveFeed'],
    ['Content-Length', '20'],
    ['Accept', 'text/plain'],
  ];
  const trace = { ...traceAt(2), headers: { request } };
  t.match(await feed.replay(trace, '/other?x=1'), {
    status: 201,
    id: 'b0000000-0000-4000-8000-000000000000',
    without: ['cookie', 'its body'],
  });
  const headers = { host: 'shop.example', accept: 'text/html, text/plain', 'x-scooby-record': '1' };
  t.same(seen, [['POST', '/other?x=1', { ...headers, connection: 'close', 'content-length': '0' }]]);
});

test('a replay names the parts that cannot be sent', (t) => {
  t.equal(replayRefusal('/a?b=1'), undefined);
  t.match(replayRefusal('/a?token=REDACTED'), /holds a secret that was not recorded/);
  t.match(replayRefusal('http://elsewhere/'), /no path of the app/);
  t.same(replayableHeaders({ ...traceAt(0), headers: { request: [['a', 'b']] } }), {
    headers: [['a', 'b']],
    without: [],
  });
  t.end();
});

/** Requests that ask for a profile: held until the app's profiler runs, and without the header. */

import { test } from 'tap';
import type { Exchange, ExchangeEnd } from '../../src/proxy/observer.js';
import { startProxy } from '../../src/proxy/server.js';
import { Upstream } from '../../src/proxy/upstream.js';
import { client, responder, until } from './wire.js';

interface Test {
  teardown(fn: () => unknown): void;
}

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

/** A proxy whose observer starts a profiler when `ready` is called. */
async function profiled(t: Test, isRecorded = true) {
  const app = await responder(t, OK);
  const events: string[] = [];
  const started: Exchange[] = [];
  const ended: ExchangeEnd[] = [];
  let ready: (note?: string) => void = () => {};
  const upstream = new Upstream();
  upstream.set(app.address);
  const proxy = await startProxy({
    host: '127.0.0.1',
    port: 0,
    exactPort: false,
    secret: 's',
    wait: 1000,
    upstream,
    observer: {
      decide: () => ({ isRecorded }),
      startProfile: (_, wish) => {
        events.push(wish);
        return new Promise((resolve) => {
          ready = resolve;
        });
      },
      requestStarted: (exchange) => started.push(exchange),
      requestEnded: (end) => ended.push(end),
    },
  });
  t.teardown(() => proxy.close());
  const wire = await client(t, proxy.port);
  wire.send('GET /a HTTP/1.1\r\nHost: h\r\nX-Scooby-Profile: cpu\r\n\r\n');
  return { app, events, started, ended, wire, ready: (note?: string) => ready(note) };
}

test('a request is held until the profiler runs; its time begins then', async (t) => {
  const { app, events, started, ended, wire, ready } = await profiled(t);
  await until(() => events.length > 0);
  t.same([events, started.length, app.wires.length], [['cpu'], 0, 0]);
  const before = Date.now();
  ready('no profile was taken: of a test');
  await wire.got('ok');
  t.ok(started[0]!.start >= before - 5);
  t.same(started[0]!.notes, ['no profile was taken: of a test']);
  t.notMatch(app.wires[0]!.text, /profile/i);
  await until(() => ended.length > 0);
  t.equal(ended[0]!.id, started[0]!.id);
});

test('a client that leaves meanwhile has made no request, and the app is told', async (t) => {
  const { app, events, started, ended, wire, ready } = await profiled(t);
  await until(() => events.length > 0);
  wire.socket.destroy();
  await until(() => ended.length > 0);
  ready();
  await new Promise(setImmediate);
  t.same([started.length, app.wires.length], [0, 0]);
});

test('a request that is not recorded is not held', async (t) => {
  const { app, events, wire } = await profiled(t, false);
  await wire.got('ok');
  t.same(events, []);
  t.notMatch(app.wires[0]!.text, /profile/i);
});

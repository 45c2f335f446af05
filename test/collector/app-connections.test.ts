import { test } from 'tap';
import { AppConnections } from '../../src/collector/app-connections.js';
import type { AppConnection } from '../../src/collector/link-server.js';
import type { LinkOrder } from '../../src/domain/link.js';

function aConnection(pid: number) {
  const orders: LinkOrder[] = [];
  const process = { pid, ppid: 1, thread: 0, command: 'node app.js', cwd: '/', node: 'v20', origin: 0 };
  const connection: AppConnection = { ...process, send: (order) => orders.push(order) };
  return { connection, orders };
}

test('servers are reported with their process, and all processes hear of their ports', (t) => {
  const connections = new AppConnections('/srv/shop', 'all');
  const events: unknown[] = [];
  connections.on('listen', ({ port }, app) => events.push(['listen', port, app]));
  connections.on('unlisten', ({ port }, app) => events.push(['unlisten', port, app.pid]));
  connections.on('left', (app) => events.push(['left', app.pid]));
  const [a, b] = [aConnection(7), aConnection(8)];
  connections.connected(a.connection);
  connections.connected(b.connection);
  connections.serverOpened(a.connection, { protocol: 'http', port: 3000 });
  connections.serverClosed(a.connection, { port: 3000 });
  connections.disconnected(a.connection);
  t.same(events, [
    ['listen', 3000, { pid: 7, command: 'node app.js', cwd: '/srv/shop', node: 'v20' }],
    ['unlisten', 3000, 7],
    ['left', 7],
  ]);
  t.same(
    b.orders,
    [[], [3000], []].map((ports) => ({ t: 'peers', ports, paths: [], workers: { ports: [], paths: [] } })),
  );
  t.same(connections.all, [b.connection]);
  t.end();
});

test('which requests are recorded may change; processes hear of it, and those to come', (t) => {
  const connections = new AppConnections('/srv/shop', 'marked');
  const isRecorded = (mark: 'on' | undefined) =>
    connections.recordingSwitch.decide(mark, { method: 'GET', path: '/' }).isRecorded;
  t.same([isRecorded('on'), isRecorded(undefined)], [true, false]);
  const [a, b] = [aConnection(7), aConnection(8)];
  connections.connected(a.connection);
  connections.recording = 'off';
  connections.connected(b.connection);
  t.same(
    [a, b].map(({ orders }) => orders.filter((order) => order.t === 'record')),
    [[{ t: 'record', record: 'off' }], [{ t: 'record', record: 'off' }]],
  );
  t.equal(isRecorded('on'), false);
  t.end();
});

test('the processes are awaited as long as was said', async (t) => {
  const connections = new AppConnections('/srv/shop', 'all');
  const { connection } = aConnection(7);
  connections.connected(connection);
  // What waits keeps no process running; in a run the app does.
  const running = setInterval(() => {}, 1000);
  t.teardown(() => clearInterval(running));
  t.equal(await connections.waitForDisconnects(10), false);
  const waiting = connections.waitForDisconnects(20_000);
  connections.disconnected(connection);
  t.equal(await waiting, true);
});

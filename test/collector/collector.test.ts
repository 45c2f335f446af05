import { once } from 'node:events';
import { type Test, test } from 'tap';
import { Collector } from '../../src/collector/collector.js';
import type { AppConnection } from '../../src/collector/link-server.js';
import type { LinkLine } from '../../src/domain/link.js';
import type { Trace } from '../../src/domain/trace.js';
import type { Exchange, ExchangeEnd } from '../../src/proxy/observer.js';
import { finishedPlainly } from '../factory.js';

const ID = '00000000-0000-4000-8000-000000000001';
const START = 1_000_000;

function aCollector(t: Test) {
  const emitted: { trace: Trace; late: boolean }[] = [];
  const collector = new Collector({
    project: '/srv/shop',
    agent: '/agent.cjs',
    saveSource: () => undefined,
    finish: finishedPlainly,
  });
  // A copy: a trace may still change while late spans arrive.
  collector.on('trace', (trace, late) => emitted.push({ trace: structuredClone(trace), late }));
  t.teardown(() => collector.finishAll());
  return { collector, emitted };
}

const aConnection = (pid = 7): AppConnection => ({
  pid,
  ppid: 1,
  command: 'node app.js',
  cwd: '/srv/shop',
  node: 'v20.0.0',
  thread: 0,
  origin: START,
  send: () => {},
});
const anExchange = (id = ID): Exchange => ({
  id,
  method: 'GET',
  url: '/a',
  start: START,
  headers: [],
  marked: false,
});
const anEnding = (ending: Partial<ExchangeEnd> = {}): ExchangeEnd => ({
  id: ID,
  duration: 12,
  status: 200,
  headers: [],
  reached: true,
  ...ending,
});
// Instants in lines are µs since the process's origin.
const aSpanLine = (n: number, more: object = {}): LinkLine => ({
  t: 'span',
  id: ID,
  n,
  kind: 'sql',
  library: 'pg',
  name: `select ${n}`,
  at: n * 1000,
  duration: 500,
  ...more,
});
const aClose = (): LinkLine => ({ t: 'close', id: ID, at: 11_000, status: 200 });

test('lines are awaited from the end of the response until the app reports the end of the request', (t) => {
  const { collector } = aCollector(t);
  const connection = aConnection();
  collector.connected(connection);
  collector.requestStarted(anExchange());
  t.equal(collector.awaitsLines(), false);
  collector.requestEnded(anEnding());
  t.equal(collector.awaitsLines(), true);
  collector.lineReceived(connection, aClose());
  t.equal(collector.awaitsLines(), false);
  t.end();
});

test('a trace has the libraries of its process that its spans name, with their facts', (t) => {
  const { collector, emitted } = aCollector(t);
  const [connection, other] = [aConnection(7), aConnection(8)];
  collector.connected(connection);
  collector.connected(other);
  const facts = { dialect: 'pg', explain: 'postgres' } as const;
  const lines: [AppConnection, LinkLine][] = [
    [other, { t: 'library', name: 'pg', version: '7.0.0', dialect: 'mysql' }],
    [connection, { t: 'library', name: 'pg-pool', version: '3.1.0', library: 'pg', ...facts }],
    [connection, { t: 'library', name: 'pg', version: '8.0.3', ...facts }],
    [connection, { t: 'library', name: 'pg-cursor', version: '2.0.0', library: 'pg', ...facts }],
    // The line of a second copy, in a bundle, removes no facts.
    [connection, { t: 'library', name: 'pg', version: '', trouble: 'is inside app.js' }],
    [connection, { t: 'library', name: '@redis/client', version: '1.6.0', library: 'redis' }],
    [connection, { t: 'library', name: 'mysql2', version: '3.0.0', dialect: 'mysql', explain: 'mysql' }],
  ];
  collector.requestStarted(anExchange());
  for (const [from, line] of lines) collector.lineReceived(from, line);
  collector.lineReceived(connection, aSpanLine(1));
  collector.lineReceived(connection, aSpanLine(2, { kind: 'cache', library: 'redis' }));
  collector.lineReceived(connection, aSpanLine(3, { library: 'constructor' }));
  collector.lineReceived(connection, aClose());
  collector.requestEnded(anEnding());
  t.same(emitted[0]?.trace.libraries, {
    pg: { version: '8.0.3', dialect: 'pg', explain: 'postgres' },
    redis: { version: '1.6.0' },
  });
  t.end();
});

test('a trace is emitted once both the app and the proxy have finished', (t) => {
  const { collector, emitted } = aCollector(t);
  const connection = aConnection();
  collector.connected(connection);
  collector.requestStarted(anExchange());
  collector.lineReceived(connection, aSpanLine(2));
  collector.lineReceived(connection, aSpanLine(1));
  collector.lineReceived(connection, aClose());
  t.equal(emitted.length, 0);
  collector.requestEnded(anEnding());
  t.equal(emitted.length, 1);
  const { trace, late } = emitted[0]!;
  t.equal(late, false);
  t.match(trace, { id: ID, state: 'done', status: 200, duration: 12, app: { pid: 7 } });
  t.same(
    trace.spans.map(({ name, start, duration }) => [name, start, duration]),
    [
      ['select 1', 1, 0.5],
      ['select 2', 2, 0.5],
    ],
    'in the order of their calls',
  );
  t.same(trace.totals, { sql: { count: 2, ms: 1 } });
  t.end();
});

test('a late span makes the trace be emitted again', async (t) => {
  const { collector, emitted } = aCollector(t);
  const connection = aConnection();
  collector.connected(connection);
  collector.requestStarted(anExchange());
  collector.lineReceived(connection, aClose());
  collector.requestEnded(anEnding());
  collector.lineReceived(connection, aSpanLine(1));
  await once(collector, 'trace');
  t.same(
    emitted.map(({ trace, late }) => [trace.spans.length, late]),
    [
      [0, false],
      [1, true],
    ],
  );
});

test('a late span does not change an emitted trace, which the store may still write', async (t) => {
  const { collector } = aCollector(t);
  const connection = aConnection();
  const outside: LinkLine = { ...aSpanLine(2), id: undefined } as unknown as LinkLine;
  collector.connected(connection);
  collector.requestStarted(anExchange());
  collector.lineReceived(connection, aSpanLine(1));
  collector.lineReceived(connection, aClose());
  const emitted: Trace[] = [];
  collector.on('trace', (trace) => emitted.push(trace));
  collector.requestEnded(anEnding());
  collector.lineReceived(connection, aSpanLine(3));
  t.same(
    emitted[0]!.spans.map(({ name, shape }) => [name, shape.text]),
    [['select 1', 'SELECT ?']],
  );
  await once(collector, 'trace');
  collector.lineReceived(connection, outside);
  await once(collector, 'trace');
  collector.lineReceived(connection, outside);
  t.same(
    emitted.map(({ spans }) => spans.length),
    [1, 2, 1],
  );
});

test('a span sent while it ran is completed, a withdrawn span is removed', (t) => {
  const { collector, emitted } = aCollector(t);
  const connection = aConnection();
  collector.connected(connection);
  collector.requestStarted(anExchange());
  collector.lineReceived(connection, aSpanLine(1, { duration: undefined }));
  collector.lineReceived(connection, aSpanLine(2, { duration: undefined }));
  collector.lineReceived(connection, aSpanLine(1));
  collector.lineReceived(connection, { t: 'withdrawn', id: ID, n: 2 });
  collector.lineReceived(connection, aClose());
  collector.requestEnded(anEnding());
  t.same(
    emitted[0]!.trace.spans.map(({ name, duration }) => [name, duration]),
    [['select 1', 0.5]],
  );
  t.end();
});

test('the open requests of a process that disconnects have died, those of other processes have not', (t) => {
  const { collector, emitted } = aCollector(t);
  const [first, other] = [aConnection(7), aConnection(8)];
  collector.connected(first);
  collector.connected(other);
  const second = ID.replace(/1$/, '2');
  collector.requestStarted(anExchange());
  collector.requestStarted(anExchange(second));
  collector.lineReceived(first, aSpanLine(1));
  collector.lineReceived(other, aSpanLine(1, { id: second }));
  collector.disconnected(first);
  collector.requestEnded(anEnding({ status: 502, headers: undefined as never }));
  t.same(
    emitted.map(({ trace }) => [trace.id, trace.state, trace.spans.length]),
    [[ID, 'died', 1]],
  );
  collector.lineReceived(other, { ...aClose(), id: second } as LinkLine);
  collector.requestEnded(anEnding({ id: second }));
  t.same(
    emitted.slice(1).map(({ trace }) => [trace.id, trace.state]),
    [[second, 'done']],
  );
  t.end();
});

test('a request outlives the threads and processes that it has started or sent a message', (t) => {
  for (const line of [aSpanLine(1, { remote: true }), aSpanLine(1, { id: undefined })]) {
    const { collector, emitted } = aCollector(t);
    const app = aConnection(7);
    const thread = { ...aConnection(7), command: 'node worker.js', thread: 1 };
    collector.connected(app);
    collector.connected(thread);
    collector.requestStarted(anExchange());
    collector.lineReceived(app, { t: 'thread', thread: 1, id: ID });
    collector.lineReceived(thread, line);
    collector.disconnected(thread);
    collector.lineReceived(app, aClose());
    collector.requestEnded(anEnding());
    t.same(
      emitted.map(({ trace }) => [trace.state, trace.app?.command, trace.spans.length]),
      [['done', 'node app.js', 1]],
    );
  }
  t.end();
});

test('open traces are emitted when the run ends', (t) => {
  const { collector, emitted } = aCollector(t);
  collector.connected(aConnection());
  collector.requestStarted(anExchange());
  collector.finishAll();
  t.same(
    emitted.map(({ trace }) => trace.id),
    [ID],
  );
  t.end();
});

test('lines of an unknown request are ignored', (t) => {
  const { collector, emitted } = aCollector(t);
  const connection = aConnection();
  collector.connected(connection);
  collector.lineReceived(connection, aSpanLine(1));
  collector.lineReceived(connection, aClose());
  collector.lineReceived(connection, { t: 'withdrawn', id: ID, n: 1 });
  collector.lineReceived(connection, { t: 'dropped', id: ID, spans: 3 });
  collector.finishAll();
  t.same(emitted, []);
  t.end();
});

test('outside requests: the newest 1000 spans are kept, all are counted', (t) => {
  const { collector, emitted } = aCollector(t);
  const connection = aConnection();
  collector.connected(connection);
  for (let n = 1; n <= 1203; n++) collector.lineReceived(connection, aSpanLine(n, { id: undefined }));
  collector.disconnected(connection);
  const { trace } = emitted.at(-1)!;
  t.match(trace, { outside: true, state: 'done', dropped: 203 });
  t.equal(trace.spans.length, 1000);
  t.equal(trace.spans[0]!.name, 'select 204');
  t.equal(trace.totals.sql!.count, 1203);
  t.end();
});

test('kinds and details named like properties of Object pollute nothing', (t) => {
  const { collector, emitted } = aCollector(t);
  const connection = aConnection();
  collector.connected(connection);
  collector.requestStarted(anExchange());
  const detail = JSON.parse('{"__proto__": {"polluted": true}, "constructor": 1}');
  const before = [Object.prototype, Object].map((object) => Reflect.ownKeys(object));
  collector.lineReceived(connection, aSpanLine(1, { kind: '__proto__', detail }));
  collector.lineReceived(connection, aSpanLine(2, { kind: 'constructor', detail }));
  collector.lineReceived(connection, aClose());
  collector.requestEnded(anEnding());
  t.equal(({} as { polluted?: boolean }).polluted, undefined);
  t.same(
    [Object.prototype, Object].map((object) => Reflect.ownKeys(object)),
    before,
  );
  t.equal(emitted.length, 1);
  t.end();
});

test('the first call on a connection is marked as opened, also when it is sent twice', (t) => {
  const { collector, emitted } = aCollector(t);
  const connection = aConnection();
  collector.connected(connection);
  collector.requestStarted(anExchange());
  const waited = { wait: 9, detail: { connection: 5 } };
  const { duration: _, ...running } = aSpanLine(1, waited) as LinkLine & { duration: number };
  collector.lineReceived(connection, running);
  collector.lineReceived(connection, aSpanLine(1, waited));
  collector.lineReceived(connection, aSpanLine(2, waited));
  collector.lineReceived(connection, aSpanLine(3, { detail: { connection: 6 } }));
  collector.lineReceived(connection, aSpanLine(4, { wait: 9, detail: { connection: 6 } }));
  collector.lineReceived(connection, aClose());
  collector.requestEnded(anEnding());
  t.same(
    emitted[0]!.trace.spans.map(({ detail }) => detail),
    [{ connection: 5, opened: true }, { connection: 5 }, { connection: 6 }, { connection: 6 }],
  );
  t.end();
});

test('calls that begin after the response are marked, and count in no total', (t) => {
  const { collector, emitted } = aCollector(t);
  const connection = aConnection();
  collector.connected(connection);
  collector.requestStarted(anExchange());
  const log = { kind: 'log', library: 'pino', duration: 0 };
  collector.lineReceived(connection, aSpanLine(1));
  // It begins before the response has ended, and ends after it.
  collector.lineReceived(connection, aSpanLine(2, { at: 10_900, duration: 90_000 }));
  collector.lineReceived(connection, aClose());
  collector.lineReceived(connection, aSpanLine(3, { at: 11_500 }));
  collector.lineReceived(connection, aSpanLine(4, { ...log, name: 'access', at: 11_500 }));
  collector.lineReceived(connection, aSpanLine(5, { ...log, name: 'tick', at: 900_000 }));
  collector.requestEnded(anEnding());
  collector.finishAll();
  const { trace } = emitted.at(-1)!;
  t.same(
    trace.spans.map(({ name, afterResponse }) => [name, afterResponse]),
    [
      ['select 1', undefined],
      ['select 2', undefined],
      ['select 3', true],
      ['access', undefined],
      ['tick', true],
    ],
  );
  t.same(trace.totals, { sql: { count: 2, ms: 90.5, busy: 1.6 }, log: { count: 1, ms: 0 } });
  t.end();
});

test('calls after an aborted response count: they are what it would have been made of', (t) => {
  const { collector, emitted } = aCollector(t);
  const connection = aConnection();
  collector.connected(connection);
  collector.requestStarted(anExchange());
  collector.lineReceived(connection, { ...aClose(), aborted: true } as LinkLine);
  collector.lineReceived(connection, aSpanLine(1, { at: 20_000 }));
  collector.requestEnded(anEnding({ aborted: true }));
  collector.finishAll();
  const { trace } = emitted.at(-1)!;
  t.same(
    trace.spans.map(({ afterResponse }) => afterResponse),
    [undefined],
  );
  t.equal(trace.totals.sql!.count, 1);
  t.end();
});

test('dropped calls belong to their request; where it is unknown, the run says so, once', (t) => {
  const { collector, emitted } = aCollector(t);
  const lossy: number[] = [];
  collector.on('lost', ({ pid }) => lossy.push(pid));
  const connection = aConnection();
  collector.connected(connection);
  collector.requestStarted(anExchange());
  collector.lineReceived(connection, { t: 'dropped', id: ID, spans: 3 });
  t.same(lossy, []);
  for (const spans of [1, 2]) collector.lineReceived(connection, { t: 'dropped', spans });
  t.same(lossy, [connection.pid]);
  collector.finishAll();
  t.match(emitted.at(-1)!.trace, { id: ID, dropped: 3 });
  t.end();
});

test('finished traces accept late spans until their size is 64 Mi characters', (t) => {
  const { collector, emitted } = aCollector(t);
  const connection = aConnection();
  collector.connected(connection);
  const idOf = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
  const detail = { params: ['x'.repeat(1024 * 1024)] };
  for (let n = 1; n <= 70; n++) {
    const id = idOf(n);
    collector.requestStarted(anExchange(id));
    collector.lineReceived(connection, aSpanLine(n, { id, detail }));
    collector.lineReceived(connection, { ...aClose(), id } as LinkLine);
    collector.requestEnded(anEnding({ id }));
    emitted.length = 0;
  }
  for (const n of [1, 6, 8, 70]) collector.lineReceived(connection, aSpanLine(100 + n, { id: idOf(n) }));
  collector.finishAll();
  t.same(
    emitted.map(({ trace, late }) => [trace.id, trace.spans.length, late]),
    [
      [idOf(8), 2, true],
      [idOf(70), 2, true],
    ],
  );
  t.end();
});

test('calls outside requests are kept up to 16 Mi characters, and the others counted', (t) => {
  const { collector, emitted } = aCollector(t);
  const connection = aConnection();
  collector.connected(connection);
  const detail = { params: ['x'.repeat(1024 * 1024)] };
  for (let n = 1; n <= 20; n++) collector.lineReceived(connection, aSpanLine(n, { id: undefined, detail }));
  collector.finishAll();
  const { trace } = emitted[0]!;
  t.equal(trace.spans.length, 15);
  t.equal(trace.dropped, 5);
  t.equal(trace.totals.sql?.count, 20);
  t.end();
});

const aUnit = (more: object = {}): LinkLine => ({
  t: 'open',
  id: ID,
  at: 0,
  method: 'job',
  url: 'emails welcome',
  ...more,
});

test('a unit lasts until its last call has ended, and all its calls count', async (t) => {
  const { collector, emitted } = aCollector(t);
  const connection = aConnection();
  collector.connected(connection);
  collector.lineReceived(connection, aUnit({ parent: 'p' }));
  collector.lineReceived(connection, aSpanLine(1));
  collector.lineReceived(connection, { t: 'close', id: ID, at: 2000, error: 'no such user' });
  collector.lineReceived(connection, aSpanLine(9));
  await once(collector, 'trace');
  const [first, second] = emitted.map(({ trace }) => trace);
  t.match(first, { method: 'job', url: 'emails welcome', route: 'emails welcome', parent: 'p' });
  t.match(first, { state: 'failed', error: 'no such user', duration: 2, totals: { sql: { count: 1 } } });
  t.match(second, { duration: 9.5, totals: { sql: { count: 2 } } });
  t.notOk(second!.spans.some(({ afterResponse }) => afterResponse));
});

test('a unit without a name has the line of its registration, a path is masked like a URL', (t) => {
  const { collector, emitted } = aCollector(t);
  const connection = aConnection();
  collector.connected(connection);
  collector.lineReceived(connection, { t: 'frames', frames: [[1, 'start', '/srv/shop/cron.js', 12, 3]] });
  collector.lineReceived(connection, { t: 'stack', n: 1, frames: [1] });
  collector.lineReceived(connection, aUnit({ method: 'tick', url: '* * * * *', stack: 1 }));
  collector.lineReceived(connection, { t: 'close', id: ID, at: 10 });
  const socket = ID.replace(/1$/, '2');
  collector.lineReceived(connection, aUnit({ id: socket, method: 'message', url: '/rooms/7' }));
  collector.lineReceived(connection, { t: 'close', id: socket, at: 10 });
  t.match(emitted[0]!.trace, { url: '* * * * * cron.js:12', route: '* * * * * cron.js:12' });
  t.equal(emitted[1]!.trace.route, undefined);
  t.end();
});

test('a unit is linked to the request that handed its work over, whichever is told first', async (t) => {
  const { collector, emitted } = aCollector(t);
  const connection = aConnection();
  collector.connected(connection);
  collector.lineReceived(connection, { t: 'cause', key: 'k1', id: 'first' });
  collector.lineReceived(connection, aUnit({ cause: 'k1' }));
  collector.lineReceived(connection, { t: 'close', id: ID, at: 10 });
  t.equal(emitted[0]!.trace.parent, 'first');
  const late = ID.replace(/1$/, '2');
  collector.lineReceived(connection, aUnit({ id: late, cause: 'k2' }));
  collector.lineReceived(connection, { t: 'close', id: late, at: 10 });
  t.equal(emitted[1]!.trace.parent, undefined);
  collector.lineReceived(connection, { t: 'cause', key: 'k2', id: 'second' });
  await once(collector, 'trace');
  t.match(emitted[2], { late: true, trace: { id: late, parent: 'second' } });
});

test('a call of a request that is told later by another process waits for it', (t) => {
  const { collector, emitted } = aCollector(t);
  const [server, worker] = [aConnection(7), aConnection(8)];
  collector.connected(server);
  collector.connected(worker);
  collector.lineReceived(worker, aSpanLine(1));
  collector.lineReceived(server, aSpanLine(1));
  collector.lineReceived(server, { t: 'open', id: ID, at: 0, method: 'GET', url: '/a' });
  collector.lineReceived(server, aClose());
  t.equal(emitted[0]!.trace.spans.length, 2, 'equal numbers of two processes are two calls');
  t.end();
});

test('what a request has started makes its calls while it runs, later ones are outside', async (t) => {
  const { collector, emitted } = aCollector(t);
  const [server, child] = [aConnection(7), { ...aConnection(8), ppid: 70 }];
  const thread = { ...aConnection(7), thread: 3 };
  for (const each of [server, child, thread]) collector.connected(each);
  collector.lineReceived(server, { t: 'open', id: ID, at: 0, method: 'GET', url: '/a' });
  collector.lineReceived(server, aSpanLine(1, { kind: 'process', detail: { pid: 70 } }));
  collector.lineReceived(server, { t: 'thread', thread: 3, id: ID });
  collector.lineReceived(child, aSpanLine(2, { id: undefined }));
  collector.lineReceived(thread, aSpanLine(3, { id: undefined }));
  collector.lineReceived(server, aClose());
  collector.lineReceived(child, aSpanLine(12, { id: undefined }));
  t.same(
    emitted[0]!.trace.spans.map(({ name }) => name),
    ['select 1', 'select 2', 'select 3'],
  );
  await once(collector, 'trace');
  t.match(emitted[1]!.trace, { outside: true, spans: [{ name: 'select 12' }] });
});

test('the end of a request that was handed over is that of the process that answers it', (t) => {
  const { collector, emitted } = aCollector(t);
  const [server, worker] = [aConnection(7), aConnection(8)];
  collector.connected(server);
  collector.connected(worker);
  collector.requestStarted(anExchange());
  collector.requestEnded(anEnding());
  collector.lineReceived(server, { ...aClose(), handed: true } as LinkLine);
  t.same(emitted, []);
  collector.lineReceived(worker, aSpanLine(1));
  collector.lineReceived(worker, { ...aClose(), route: '/users/:id' } as LinkLine);
  t.match(emitted[0], { late: false, trace: { route: '/users/:id', totals: { sql: { count: 1 } } } });
  t.end();
});

test('an exit that is heard of after the request was finished, or before it began, is its end', async (t) => {
  for (const order of ['late', 'early'] as const) {
    const { collector, emitted } = aCollector(t);
    const connection = aConnection();
    collector.connected(connection);
    if (order === 'early') collector.disconnected(connection);
    collector.requestStarted(anExchange());
    const { headers: _, ...unanswered } = anEnding({ status: 502 });
    collector.requestEnded(unanswered);
    if (emitted.length === 0) await once(collector, 'trace');
    if (order === 'late') collector.disconnected(connection);
    t.equal(emitted.at(-1)?.trace.state, 'died', order);
  }
});

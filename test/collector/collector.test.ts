import { once } from 'node:events';
import { type Test, test } from 'tap';
import { Collector } from '../../src/collector/collector.js';
import type { AppConnection } from '../../src/collector/link-server.js';
import type { LinkLine, Trace } from '../../src/domain/trace.js';
import type { Exchange, ExchangeEnd } from '../../src/proxy/observer.js';
import { finishedPlainly } from '../factory.js';

const ID = '00000000-0000-4000-8000-000000000001';
const START = 1_000_000;

function aCollector(t: Test) {
  const told: { trace: Trace; late: boolean }[] = [];
  const collector = new Collector({
    project: '/srv/shop',
    agent: '/agent.cjs',
    record: 'all',
    saveSource: () => undefined,
    finish: finishedPlainly,
    readSoon: () => {},
  });
  // A trace goes on to change while spans come late.
  collector.on('trace', (trace, late) => told.push({ trace: structuredClone(trace), late }));
  t.teardown(() => collector.finishAll());
  return { collector, told };
}

const aPeer = (pid = 7): AppConnection => ({
  pid,
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
// Instants on the link are µs since the process began.
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

test('the end of a request is awaited once the client has got it, until the app tells it', (t) => {
  const { collector } = aCollector(t);
  const peer = aPeer();
  collector.connected(peer);
  collector.opened(anExchange());
  t.equal(collector.awaitsLines(), false);
  collector.ended(anEnding());
  t.equal(collector.awaitsLines(), true);
  collector.lineReceived(peer, aClose());
  t.equal(collector.awaitsLines(), false);
  t.end();
});

test('a trace has those libraries of its process that its spans name, with what each was told of them', (t) => {
  const { collector, told } = aCollector(t);
  const [peer, other] = [aPeer(7), aPeer(8)];
  collector.connected(peer);
  collector.connected(other);
  const facts = { dialect: 'pg', explain: 'postgres' } as const;
  const lines: [AppConnection, LinkLine][] = [
    [other, { t: 'library', name: 'pg', version: '7.0.0', dialect: 'mysql' }],
    [peer, { t: 'library', name: 'pg-pool', version: '3.1.0', library: 'pg', ...facts }],
    [peer, { t: 'library', name: 'pg', version: '8.0.3', ...facts }],
    [peer, { t: 'library', name: 'pg-cursor', version: '2.0.0', library: 'pg', ...facts }],
    // What is said of a second copy, that it is in a bundle, takes nothing away.
    [peer, { t: 'library', name: 'pg', version: '', trouble: 'is inside app.js' }],
    [peer, { t: 'library', name: '@redis/client', version: '1.6.0', library: 'redis' }],
    [peer, { t: 'library', name: 'mysql2', version: '3.0.0', dialect: 'mysql', explain: 'mysql' }],
  ];
  collector.opened(anExchange());
  for (const [from, line] of lines) collector.lineReceived(from, line);
  collector.lineReceived(peer, aSpanLine(1));
  collector.lineReceived(peer, aSpanLine(2, { kind: 'cache', library: 'redis' }));
  collector.lineReceived(peer, aSpanLine(3, { library: 'constructor' }));
  collector.lineReceived(peer, aClose());
  collector.ended(anEnding());
  t.same(told[0]?.trace.libraries, {
    pg: { version: '8.0.3', dialect: 'pg', explain: 'postgres' },
    redis: { version: '1.6.0' },
  });
  t.end();
});

test('a trace is told once both the app and the proxy have finished', (t) => {
  const { collector, told } = aCollector(t);
  const peer = aPeer();
  collector.connected(peer);
  collector.opened(anExchange());
  collector.lineReceived(peer, aSpanLine(2));
  collector.lineReceived(peer, aSpanLine(1));
  collector.lineReceived(peer, aClose());
  t.equal(told.length, 0);
  collector.ended(anEnding());
  t.equal(told.length, 1);
  const { trace, late } = told[0]!;
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

test('a span that comes late has the trace told again', async (t) => {
  const { collector, told } = aCollector(t);
  const peer = aPeer();
  collector.connected(peer);
  collector.opened(anExchange());
  collector.lineReceived(peer, aClose());
  collector.ended(anEnding());
  collector.lineReceived(peer, aSpanLine(1));
  await once(collector, 'trace');
  t.same(
    told.map(({ trace, late }) => [trace.spans.length, late]),
    [
      [0, false],
      [1, true],
    ],
  );
});

test('what comes late changes no trace that has been told: the store may write it in between', async (t) => {
  const { collector } = aCollector(t);
  const peer = aPeer();
  const outside: LinkLine = { ...aSpanLine(2), id: undefined } as unknown as LinkLine;
  collector.connected(peer);
  collector.opened(anExchange());
  collector.lineReceived(peer, aSpanLine(1));
  collector.lineReceived(peer, aClose());
  const told: Trace[] = [];
  collector.on('trace', (trace) => told.push(trace));
  collector.ended(anEnding());
  collector.lineReceived(peer, aSpanLine(3));
  t.same(
    told[0]!.spans.map(({ name, shape }) => [name, shape.text]),
    [['select 1', 'SELECT ?']],
  );
  await once(collector, 'trace');
  collector.lineReceived(peer, outside);
  await once(collector, 'trace');
  collector.lineReceived(peer, outside);
  t.same(
    told.map(({ spans }) => spans.length),
    [1, 2, 1],
  );
});

test('a span that was told while it ran is completed, one withdrawn is taken out', (t) => {
  const { collector, told } = aCollector(t);
  const peer = aPeer();
  collector.connected(peer);
  collector.opened(anExchange());
  collector.lineReceived(peer, aSpanLine(1, { duration: undefined }));
  collector.lineReceived(peer, aSpanLine(2, { duration: undefined }));
  collector.lineReceived(peer, aSpanLine(1));
  collector.lineReceived(peer, { t: 'withdrawn', id: ID, n: 2 });
  collector.lineReceived(peer, aClose());
  collector.ended(anEnding());
  t.same(
    told[0]!.trace.spans.map(({ name, duration }) => [name, duration]),
    [['select 1', 0.5]],
  );
  t.end();
});

test('a process that leaves in the middle takes its requests with it, and no other’s', (t) => {
  const { collector, told } = aCollector(t);
  const [one, other] = [aPeer(7), aPeer(8)];
  collector.connected(one);
  collector.connected(other);
  const second = ID.replace(/1$/, '2');
  collector.opened(anExchange());
  collector.opened(anExchange(second));
  collector.lineReceived(one, aSpanLine(1));
  collector.lineReceived(other, aSpanLine(1, { id: second }));
  collector.disconnected(one);
  collector.ended(anEnding({ status: 502, headers: undefined as never }));
  t.same(
    told.map(({ trace }) => [trace.id, trace.state, trace.spans.length]),
    [[ID, 'died', 1]],
  );
  collector.lineReceived(other, { ...aClose(), id: second } as LinkLine);
  collector.ended(anEnding({ id: second }));
  t.same(
    told.slice(1).map(({ trace }) => [trace.id, trace.state]),
    [[second, 'done']],
  );
  t.end();
});

test('what nobody finished is told when the run ends', (t) => {
  const { collector, told } = aCollector(t);
  collector.connected(aPeer());
  collector.opened(anExchange());
  collector.finishAll();
  t.same(
    told.map(({ trace }) => trace.id),
    [ID],
  );
  t.end();
});

test('lines of a request that nobody opened are let go', (t) => {
  const { collector, told } = aCollector(t);
  const peer = aPeer();
  collector.connected(peer);
  collector.lineReceived(peer, aSpanLine(1));
  collector.lineReceived(peer, aClose());
  collector.lineReceived(peer, { t: 'withdrawn', id: ID, n: 1 });
  collector.lineReceived(peer, { t: 'dropped', id: ID, spans: 3 });
  collector.finishAll();
  t.same(told, []);
  t.end();
});

test('outside requests: the newest thousand are kept, all are counted', (t) => {
  const { collector, told } = aCollector(t);
  const peer = aPeer();
  collector.connected(peer);
  for (let n = 1; n <= 1203; n++) collector.lineReceived(peer, aSpanLine(n, { id: undefined }));
  collector.disconnected(peer);
  const { trace } = told.at(-1)!;
  t.match(trace, { outside: true, state: 'done', dropped: 203 });
  t.equal(trace.spans.length, 1000);
  t.equal(trace.spans[0]!.name, 'select 204');
  t.equal(trace.totals.sql!.count, 1203);
  t.end();
});

test('kinds and details that are named like parts of Object change nothing', (t) => {
  const { collector, told } = aCollector(t);
  const peer = aPeer();
  collector.connected(peer);
  collector.opened(anExchange());
  const detail = JSON.parse('{"__proto__": {"polluted": true}, "constructor": 1}');
  const before = [Object.prototype, Object].map((one) => Reflect.ownKeys(one));
  collector.lineReceived(peer, aSpanLine(1, { kind: '__proto__', detail }));
  collector.lineReceived(peer, aSpanLine(2, { kind: 'constructor', detail }));
  collector.lineReceived(peer, aClose());
  collector.ended(anEnding());
  t.equal(({} as { polluted?: boolean }).polluted, undefined);
  t.same(
    [Object.prototype, Object].map((one) => Reflect.ownKeys(one)),
    before,
  );
  t.equal(told.length, 1);
  t.end();
});

test('the first call on a connection says that it was opened for it, however often it is told', (t) => {
  const { collector, told } = aCollector(t);
  const peer = aPeer();
  collector.connected(peer);
  collector.opened(anExchange());
  const waited = { wait: 9, detail: { connection: 5 } };
  const { duration: _, ...running } = aSpanLine(1, waited) as LinkLine & { duration: number };
  collector.lineReceived(peer, running);
  collector.lineReceived(peer, aSpanLine(1, waited));
  collector.lineReceived(peer, aSpanLine(2, waited));
  collector.lineReceived(peer, aSpanLine(3, { detail: { connection: 6 } }));
  collector.lineReceived(peer, aSpanLine(4, { wait: 9, detail: { connection: 6 } }));
  collector.lineReceived(peer, aClose());
  collector.ended(anEnding());
  t.same(
    told[0]!.trace.spans.map(({ detail }) => detail),
    [{ connection: 5, opened: true }, { connection: 5 }, { connection: 6 }, { connection: 6 }],
  );
  t.end();
});

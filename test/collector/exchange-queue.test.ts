import { mock } from 'node:test';
import { type Test, test } from 'tap';
import type { ExchangeReportItem } from '../../src/collector/collector-messages.js';
import { ExchangeQueue } from '../../src/collector/exchange-queue.js';
import type { Exchange } from '../../src/proxy/observer.js';

const anExchange = (id: string, url = '/'): Exchange => ({
  ...{ id, method: 'GET', url, start: 1, headers: [], marked: false },
});
const anEnd = (id: string) => ({ id, duration: 1, reached: true });

function aQueue(t: Test) {
  const batches: string[][] = [];
  const name = (item: ExchangeReportItem) =>
    'end' in item ? `end ${item.end.id}` : `${item.isResent ? 'again' : 'start'} ${item.start.id}`;
  const thread = { runs: true };
  const queue = new ExchangeQueue((items) => batches.push(items.map(name)) > 0 && thread.runs);
  t.teardown(() => queue.clear());
  return { queue, batches, thread };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('a lone request is sent in the turn in which it ends, as one message', async (t) => {
  const { queue, batches } = aQueue(t);
  queue.started(anExchange('a'));
  t.same(batches, []);
  t.equal(queue.open, 1);
  queue.ended(anEnd('a'));
  await turn();
  t.same(batches, [['start a', 'end a']]);
  t.same([queue.open, queue.behind, queue.isUnsettled('a')], [0, 1, true]);
  queue.settle(['a', 'unknown']);
  t.same([queue.open, queue.behind, queue.isUnsettled('a')], [0, 0, false]);
});

test('requests that follow at once are sent together, after 5 ms', async (t) => {
  const { queue, batches } = aQueue(t);
  queue.started(anExchange('a'));
  queue.ended(anEnd('a'));
  await turn();
  mock.timers.enable({ apis: ['setTimeout'] });
  t.teardown(() => mock.timers.reset());
  for (const id of ['b', 'c']) {
    queue.started(anExchange(id));
    queue.ended(anEnd(id));
  }
  mock.timers.tick(4);
  t.equal(batches.length, 1);
  mock.timers.tick(1);
  t.same(batches[1], ['start b', 'end b', 'start c', 'end c']);
});

test('the start of a request that goes on is sent after 5 ms', (t) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  t.teardown(() => mock.timers.reset());
  const { queue, batches } = aQueue(t);
  queue.started(anExchange('a'));
  mock.timers.tick(5);
  t.same(batches, [['start a']]);
  t.end();
});

test('what is not settled is sent to a new collector, in its order', (t) => {
  const { queue, batches, thread } = aQueue(t);
  for (const id of ['a', 'b', 'c']) queue.started(anExchange(id));
  for (const id of ['c', 'a']) queue.ended(anEnd(id));
  queue.flush();
  queue.settle(['c']);
  batches.length = 0;
  thread.runs = false;
  queue.started(anExchange('d'));
  queue.flush();
  queue.started(anExchange('e'));
  thread.runs = true;
  batches.length = 0;
  queue.resend();
  t.same(batches, [['again a', 'end a', 'again b', 'start d', 'start e']]);
  t.equal(queue.clear(), 4);
  queue.resend();
  t.equal(batches.length, 1);
  t.end();
});

test('what waits is bounded in number and in size; more is refused, and counted', (t) => {
  const { queue } = aQueue(t);
  for (let n = 0; n < 20_010; n++) queue.started(anExchange(String(n)));
  t.same([queue.open, queue.refused], [20_000, 10]);
  queue.ended(anEnd('20005'));
  t.equal(queue.behind, 0, 'the end of a refused request is nothing to wait for');
  queue.clear();
  const large = 'x'.repeat(20 * 1024 * 1024);
  for (const id of ['a', 'b', 'c']) queue.started(anExchange(id, large));
  t.same([queue.open, queue.refused], [2, 11]);
  t.end();
});

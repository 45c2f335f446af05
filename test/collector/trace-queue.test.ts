import { test } from 'tap';
import { TraceQueue } from '../../src/collector/trace-queue.js';
import { aTrace } from '../factory.js';

const withSpans = (url: string, count: number) => {
  const [span] = aTrace({ spans: [{ kind: 'log' }] as never }).spans;
  return aTrace({ url, spans: Array(count).fill(span) });
};

test('the oldest traces are pushed out, counted and settled, once the queue is full', (t) => {
  const queue = new TraceQueue();
  const settled: string[] = [];
  const add = (url: string, count: number) => queue.add(withSpans(url, count), () => settled.push(url));
  t.same([add('/a', 40_000), add('/b', 50_000)], [0, 0]);
  t.equal(add('/c', 20_000), 1);
  t.same(settled, ['/a']);
  t.same(
    queue.traces().map(({ url }) => url),
    ['/b', '/c'],
  );
  t.equal(add('/huge', 200_000), 2, 'the newest is kept, whatever its size');
  t.same(settled, ['/a', '/b', '/c']);
  queue.take()();
  t.same([queue.size, settled], [0, ['/a', '/b', '/c', '/huge']]);
  t.equal(add('/d', 90_000), 0, 'an empty queue has room');
  t.end();
});

test('a trace that comes again takes the place of the one before', (t) => {
  const queue = new TraceQueue();
  const trace = withSpans('/a', 60_000);
  t.equal(queue.add(trace), 0);
  t.equal(queue.add({ ...trace, url: '/b' }), 0);
  t.equal(queue.size, 1);
  t.equal(queue.find(trace.id)?.url, '/b');
  t.end();
});

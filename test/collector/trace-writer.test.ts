import { mock } from 'node:test';
import { test } from 'tap';
import { TraceWriter } from '../../src/collector/trace-writer.js';
import { MemoryStore } from '../../src/store/memory.js';
import { StoreBusyError, StoreError } from '../../src/store/store.js';
import { aTrace } from '../factory.js';

class FailingStore extends MemoryStore {
  error: Error | undefined;
  saves = 0;

  override saveAll(traces: Parameters<MemoryStore['saveAll']>[0]): void {
    this.saves++;
    if (this.error) throw this.error;
    super.saveAll(traces);
  }

  override saveSource(source: Parameters<MemoryStore['saveSource']>[0]): string {
    if (this.error) throw this.error;
    return super.saveSource(source);
  }
}

function aTraceWriter() {
  const store = new FailingStore({ ttl: 1000_000, maxSize: 1024 * 1024 });
  const warnings: string[] = [];
  return { store, warnings, traceWriter: new TraceWriter(store, (message) => warnings.push(message)) };
}

test('traces of one turn are saved together, a trace that comes twice is saved once', async (t) => {
  const { traceWriter, store } = aTraceWriter();
  const trace = aTrace({ url: '/a' });
  traceWriter.write(trace);
  traceWriter.write(aTrace());
  traceWriter.write({ ...trace, url: '/b' });
  t.equal(store.saves, 0);
  await new Promise((resolve) => setImmediate(resolve));
  t.equal(store.saves, 1);
  t.equal((await store.find(trace.id))?.url, '/b');
  t.equal((await store.recent({}, 10)).length, 2);
});

test('under load traces of several turns are saved together', async (t) => {
  const { traceWriter, store } = aTraceWriter();
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const now = performance.now;
  performance.now = () => 1000;
  mock.timers.enable({ apis: ['setTimeout'] });
  t.teardown(() => {
    performance.now = now;
    mock.timers.reset();
  });
  for (let n = 0; n < 3; n++) {
    traceWriter.write(aTrace());
    await turn();
  }
  t.equal(store.saves, 1);
  mock.timers.tick(50);
  t.equal(store.saves, 2);
  t.equal((await store.recent({}, 10)).length, 3);
});

test('a failing store loses the traces and warns once', async (t) => {
  const { traceWriter, store, warnings } = aTraceWriter();
  store.error = new StoreError('The disk is full. Recording goes on.');
  t.equal(traceWriter.writeSource({ file: 'a.js', text: '' }), undefined);
  traceWriter.write(aTrace());
  traceWriter.flush();
  traceWriter.write(aTrace());
  traceWriter.flush();
  t.same(warnings, ['The disk is full. Recording goes on; requests are not kept until it works again']);
  t.equal(store.saves, 0, 'the store is not tried at every request');
});

test('a warning reports that the store works again, and the number of lost traces', async (t) => {
  const { traceWriter, store, warnings } = aTraceWriter();
  const now = performance.now;
  t.teardown(() => {
    performance.now = now;
  });
  store.error = new StoreError('The disk is full');
  for (const _ of [1, 2, 3]) {
    traceWriter.write(aTrace());
    traceWriter.flush();
  }
  store.error = undefined;
  performance.now = () => now.call(performance) + 10_001;
  traceWriter.write(aTrace({ url: '/kept' }));
  traceWriter.flush();
  t.same(warnings, [
    'The disk is full; requests are not kept until it works again',
    'the store works again; 3 requests were not kept',
  ]);
  t.same(
    (await store.recent({}, 10)).map(({ url }) => url),
    ['/kept'],
  );
});

test('any other error is a bug and is thrown', async (t) => {
  const { traceWriter, store } = aTraceWriter();
  store.error = new TypeError('x is not a function');
  traceWriter.write(aTrace());
  t.throws(() => traceWriter.flush(), { name: 'TypeError' });
});

test('nothing is saved after close', async (t) => {
  const { traceWriter, store } = aTraceWriter();
  traceWriter.write(aTrace({ url: '/last' }));
  await traceWriter.close();
  traceWriter.write(aTrace());
  traceWriter.flush();
  t.same(
    (await store.recent({}, 10)).map(({ url }) => url),
    ['/last'],
  );
});

test('a locked store: traces and sources wait, are found meanwhile, and settle when saved', async (t) => {
  const { traceWriter, store, warnings } = aTraceWriter();
  mock.timers.enable({ apis: ['setTimeout', 'setImmediate'] });
  t.teardown(() => mock.timers.reset());
  const settled: string[] = [];
  store.error = new StoreBusyError('locked');
  const hash = traceWriter.writeSource({ file: 'a.js', text: 'a();' })!;
  const first = aTrace({ url: '/first' });
  traceWriter.write(first, () => settled.push('/first'));
  traceWriter.flush();
  traceWriter.write(aTrace({ url: '/second' }), () => settled.push('/second'));
  traceWriter.write({ ...first, url: '/first again' });
  t.equal((await traceWriter.find(first.id))?.url, '/first again');
  t.same(settled, [], 'nothing is printed that is not stored');
  mock.timers.tick(250);
  t.same([settled, await store.recent({}, 10)], [[], []]);
  store.error = undefined;
  mock.timers.tick(250);
  await store.flushed();
  t.same(settled, ['/first', '/second']);
  t.same((await store.recent({}, 10)).map(({ url }) => url).sort(), ['/first again', '/second']);
  t.match(await store.source(hash), { file: 'a.js', text: 'a();' });
  t.same(warnings, [], 'a short lock is no news');
});

test('a store that stays locked is told once, and again when it is free', async (t) => {
  const { traceWriter, store, warnings } = aTraceWriter();
  const now = performance.now;
  let at = 1_000_000;
  performance.now = () => at;
  mock.timers.enable({ apis: ['setTimeout', 'setImmediate'] });
  t.teardown(() => {
    performance.now = now;
    mock.timers.reset();
  });
  store.error = new StoreBusyError('db: another process holds it.');
  traceWriter.write(aTrace());
  for (; at < 1_020_000; at += 1000) traceWriter.flush();
  t.same(warnings, ['db: another process holds it. Requests are kept in memory until it can be written.']);
  store.error = undefined;
  traceWriter.flush();
  t.equal(warnings[1], 'the store is no longer locked; no request was lost');
  t.equal((await store.recent({}, 10)).length, 1);
});

test('a trace settles also where it is lost', async (t) => {
  const { traceWriter, store } = aTraceWriter();
  let settled = 0;
  store.error = new StoreError('The disk is full');
  for (const _ of [1, 2]) {
    traceWriter.write(aTrace(), () => settled++);
    traceWriter.flush();
  }
  t.equal(settled, 2);
});

test('what was lost is noted in the store by its reason', async (t) => {
  const { traceWriter, store, warnings } = aTraceWriter();
  const lose = () => {
    traceWriter.write(aTrace());
    traceWriter.flush();
  };
  store.error = new StoreError(`${store.place}: there is no room left on the disk. Recording goes on.`);
  lose();
  lose();
  await traceWriter.close();
  t.same(await store.losses(), [{ run: 1, requests: 2, reason: 'there is no room left on the disk' }]);
  t.equal(warnings[1], '2 requests were not kept', 'said at the end, where the store never worked again');
});

test('the last requests are tried again at the end, soon after a failure', async (t) => {
  const { traceWriter, store } = aTraceWriter();
  store.error = new StoreError('The disk is full');
  traceWriter.write(aTrace());
  traceWriter.flush();
  store.error = undefined;
  traceWriter.write(aTrace({ url: '/last' }));
  await traceWriter.close();
  t.same(
    (await store.recent({}, 10)).map(({ url }) => url),
    ['/last'],
  );
});

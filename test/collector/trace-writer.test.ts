import { mock } from 'node:test';
import { test } from 'tap';
import { TraceWriter } from '../../src/collector/trace-writer.js';
import { MemoryStore } from '../../src/store/memory.js';
import { StoreError } from '../../src/store/store.js';
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
  t.equal(store.find(trace.id)?.url, '/b');
  t.equal(store.recent({}, 10).length, 2);
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
  t.equal(store.recent({}, 10).length, 3);
});

test('a failing store loses the traces and warns once', (t) => {
  const { traceWriter, store, warnings } = aTraceWriter();
  store.error = new StoreError('The disk is full');
  t.equal(traceWriter.writeSource({ file: 'a.js', text: '' }), undefined);
  traceWriter.write(aTrace());
  traceWriter.flush();
  traceWriter.write(aTrace());
  traceWriter.flush();
  t.same(warnings, ['The disk is full; requests are not kept until it works again']);
  t.equal(store.saves, 0, 'the store is not tried at every request');
  t.end();
});

test('a warning reports that the store works again, and the number of lost traces', (t) => {
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
    store.recent({}, 10).map(({ url }) => url),
    ['/kept'],
  );
  t.end();
});

test('any other error is a bug and is thrown', (t) => {
  const { traceWriter, store } = aTraceWriter();
  store.error = new TypeError('x is not a function');
  traceWriter.write(aTrace());
  t.throws(() => traceWriter.flush(), { name: 'TypeError' });
  t.end();
});

test('nothing is saved after close', (t) => {
  const { traceWriter, store } = aTraceWriter();
  traceWriter.write(aTrace({ url: '/last' }));
  traceWriter.close();
  traceWriter.write(aTrace());
  traceWriter.flush();
  t.same(
    store.recent({}, 10).map(({ url }) => url),
    ['/last'],
  );
  t.end();
});

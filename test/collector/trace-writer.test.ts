import { mock } from 'node:test';
import { test } from 'tap';
import { TraceWriter } from '../../src/collector/trace-writer.js';
import { MemoryStore } from '../../src/store/memory.js';
import { StoreError } from '../../src/store/store.js';
import { aTrace } from '../factory.js';

class Failing extends MemoryStore {
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

function aKeeper() {
  const store = new Failing({ ttl: 1000_000, maxSize: 1024 * 1024 });
  const warnings: string[] = [];
  return { store, warnings, keeper: new TraceWriter(store, (message) => warnings.push(message)) };
}

test('traces of one turn are saved together, one that comes again once', async (t) => {
  const { keeper, store } = aKeeper();
  const trace = aTrace({ url: '/a' });
  keeper.write(trace);
  keeper.write(aTrace());
  keeper.write({ ...trace, url: '/b' });
  t.equal(store.saves, 0);
  await new Promise((resolve) => setImmediate(resolve));
  t.equal(store.saves, 1);
  t.equal(store.find(trace.id)?.url, '/b');
  t.equal(store.recent({}, 10).length, 2);
});

test('under load traces are saved together, of more than one turn', async (t) => {
  const { keeper, store } = aKeeper();
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const now = performance.now;
  performance.now = () => 1000;
  mock.timers.enable({ apis: ['setTimeout'] });
  t.teardown(() => {
    performance.now = now;
    mock.timers.reset();
  });
  for (let n = 0; n < 3; n++) {
    keeper.write(aTrace());
    await turn();
  }
  t.equal(store.saves, 1);
  mock.timers.tick(50);
  t.equal(store.saves, 2);
  t.equal(store.recent({}, 10).length, 3);
});

test('a store that fails costs one warning and those traces', (t) => {
  const { keeper, store, warnings } = aKeeper();
  store.error = new StoreError('The disk is full');
  t.equal(keeper.writeSource({ file: 'a.js', text: '' }), undefined);
  keeper.write(aTrace());
  keeper.flush();
  keeper.write(aTrace());
  keeper.flush();
  t.same(warnings, ['The disk is full; requests are not kept until it works again']);
  t.equal(store.saves, 0, 'it is not asked at every request');
  t.end();
});

test('a store that works again is said, with what was lost', (t) => {
  const { keeper, store, warnings } = aKeeper();
  const now = performance.now;
  t.teardown(() => {
    performance.now = now;
  });
  store.error = new StoreError('The disk is full');
  for (const _ of [1, 2, 3]) {
    keeper.write(aTrace());
    keeper.flush();
  }
  store.error = undefined;
  performance.now = () => now.call(performance) + 10_001;
  keeper.write(aTrace({ url: '/kept' }));
  keeper.flush();
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

test('any other error is a bug, and thrown', (t) => {
  const { keeper, store } = aKeeper();
  store.error = new TypeError('x is not a function');
  keeper.write(aTrace());
  t.throws(() => keeper.flush(), { name: 'TypeError' });
  t.end();
});

test('after its close nothing is kept', (t) => {
  const { keeper, store } = aKeeper();
  keeper.write(aTrace({ url: '/last' }));
  keeper.close();
  keeper.write(aTrace());
  keeper.flush();
  t.same(
    store.recent({}, 10).map(({ url }) => url),
    ['/last'],
  );
  t.end();
});

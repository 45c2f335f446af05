import { test } from 'tap';
import { MemoryStore } from '../../src/store/memory.js';
import { aTrace } from '../factory.js';
import { contract, sampling } from './contract.js';

contract(
  'memory',
  (_, clock) => new MemoryStore({ ttl: 24 * 3600 * 1000, maxSize: 1 << 20, clock, ...sampling }),
);

test('the oldest traces are deleted when the size is exceeded', async (t) => {
  const store = new MemoryStore({ ttl: 1e9, maxSize: 10_000 });
  const old = store.saveSource({ file: 'a.js', text: 'a' });
  for (let n = 0; n < 100; n++) store.saveAll([aTrace({ id: `${n}`, start: Date.now() + n, url: `/${n}` })]);
  const kept = (await store.recent({}, 1000)).map(({ id }) => Number(id));
  t.ok(kept.length > 10 && kept.length < 100, `${kept.length} kept`);
  t.equal(kept[0], 99);
  t.same(await store.source(old), { file: 'a.js', text: 'a' });
});

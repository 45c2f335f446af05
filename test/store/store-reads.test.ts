import { test } from 'tap';
import { MemoryStore } from '../../src/store/memory.js';
import { readStore } from '../../src/store/store-reads.js';
import { aTrace } from '../factory.js';

test('a read by name, with arguments of JSON; nothing else can be called', async (t) => {
  const store = new MemoryStore({ ttl: 1e9, maxSize: 1e6 });
  store.saveAll([aTrace({ id: 'a', start: Date.now() })]);
  t.match(await readStore(store, 'recent', [{}, 5]), [{ id: 'a' }]);
  t.match(await readStore(store, 'changes', [null, 0]), { mark: '1' });
  for (const name of ['close', 'saveAll', 'constructor', '__proto__'])
    await t.rejects(readStore(store, name, [[]]), { message: `a store has no "${name}"` });
  t.equal((await store.recent({}, 5)).length, 1);
});
